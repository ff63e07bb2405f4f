"""What is asked of documents, task by task."""
