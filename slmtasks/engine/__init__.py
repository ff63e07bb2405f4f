"""One call of any task: prompts, chunks, answers, retries."""
