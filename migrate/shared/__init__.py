"""What two or more adapters need."""
