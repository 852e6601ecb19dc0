package auth_test

import (
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/kv"
	"watercooler/auth"
)

// TestRedisRestartCostsOneSignIn proves that Redis holds nothing but sessions: after it lost everything people sign in again.
func TestRedisRestartCostsOneSignIn(t *testing.T) {
	k := newKit(t, backends.SQLite(t), auth.Config{})
	ada := k.account("ada", goodPassword, auth.Admin)
	server := backends.Redis(t)
	store, err := kv.NewRedis(t.Context(), server.URL, discard)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}()
	if k.Service, err = auth.New(k.db, store, auth.Config{}, k.clock.Now, discard); err != nil {
		t.Fatal(err)
	}
	before := k.start(ada)
	if !k.viewer(before).SignedIn() {
		t.Fatal("not signed in")
	}
	server.Restart()
	if k.viewer(before).SignedIn() {
		t.Error("the session survived the loss of its store")
	}
	account, err := k.Authenticate(t.Context(), "ada@devon.example", goodPassword, "10.0.0.1")
	if err != nil || account != ada {
		t.Fatalf("signing in again: %d, %v", account, err)
	}
	after := k.start(account)
	if v := k.viewer(after); !v.Is(auth.Admin) {
		t.Errorf("viewer after signing in again = %+v", v)
	}
	devices, err := k.Devices(t.Context(), k.viewer(after))
	if err != nil || len(devices) != 1 {
		t.Errorf("devices = %+v, %v", devices, err)
	}
	if err := k.EndOthers(t.Context(), k.viewer(after)); err != nil || !k.viewer(after).SignedIn() {
		t.Errorf("EndOthers: %v; this device must stay", err)
	}
}
