"""Between the stored records and the step: labels, their noise, and the order of visits."""
