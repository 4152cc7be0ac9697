"""Pure rules of sign-on: scopes and claims, addresses of clients, states, lifetimes."""
