"""A tenant's policy as a value, and pure functions over it: which tier, whose approvals, who could give them."""
