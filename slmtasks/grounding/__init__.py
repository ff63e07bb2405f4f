"""Where an answer's values stand in the source, what they mean, how sure the model was."""
