"""What forms and registers carry: money, numbers, names, phones, ID numbers, and how they are masked."""
