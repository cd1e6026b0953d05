"""Long polls: requests that wait until what they ask for is there."""
