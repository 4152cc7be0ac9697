"""The OAuth 2 and OpenID Connect engine: Authlib's server parts over our tables (ADR 0080).

Everything in here runs inside one auth scope that the operation has opened; it knows nothing of HTTP frameworks.
"""
