"""What reads words: the classifier, likeness, hot topics, and what must not be published."""
