"""Invitations (请人代付): a link by which anybody may pay somebody's open bill without learning whose it is."""
