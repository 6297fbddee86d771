"""How Django writes a time by itself, in the admin: as the portal's own pages do, to the second and in UTC."""
