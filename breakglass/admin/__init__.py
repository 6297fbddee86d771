"""The two admins: a tenant's, for its admins, and the operator's. Every save in them is an act like any other."""
