// Package auth knows who is looking: accounts, passwords, sessions, single sign-on, one-time links and API tokens.
//
// Every request carries a Viewer, put there by Service.Middleware from a session cookie or, under /api, a bearer token. A
// Viewer is an ordinary value with the audiences it may read; use cases take it as an argument.
//
// What an attacker could steal is never kept: session tokens, links and API tokens are stored as SHA-256 hashes (they are
// 256 random bits, so a slow hash would add nothing), passwords as argon2id. A session lives in package kv and the account
// in the database, and both are read on every request, so that a disabled account is out at once.
//
// goth is imported only here, and only its core: state, nonce, PKCE and the verification of the id_token are ours, because
// goth checks none of them.
package auth
