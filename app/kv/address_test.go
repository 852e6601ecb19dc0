package kv

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"watercooler/app/errs"
)

func TestAddresses(t *testing.T) {
	for _, c := range []struct{ name, address, want string }{
		{"one server", "redis://localhost:6380/2", "single localhost:6380 db 2 tls false"},
		{"default port", "redis://cache", "single cache:6379 db 0 tls false"},
		{"tls and password", "rediss://hub:s3cret@cache:6380", "single cache:6380 db 0 tls true"},
		{"cluster", "redis://a:1?addr=b:2&addr=c:3", "cluster a:1 b:2 c:3"},
		{"sentinel", "redis://a:1?addr=b:2&master_name=hub", "sentinel"},
	} {
		client, err := connect(c.address)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		var got string
		switch client := client.(type) {
		case *redis.ClusterClient:
			addrs := slices.Sorted(slices.Values(client.Options().Addrs))
			got = "cluster " + strings.Join(addrs, " ")
		case *redis.Client:
			o := client.Options()
			got = fmt.Sprintf("single %s db %d tls %t", o.Addr, o.DB, o.TLSConfig != nil)
			if o.Addr == "FailoverClient" {
				got = "sentinel"
			}
		}
		if got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if err := client.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestUnreadableAddresses(t *testing.T) {
	for _, address := range []string{
		"", "localhost:6379", "http://:s3cret@cache", "redis://:s3cret@cache/notanumber", "redis://:s3cret@ca che",
		"redis://:s3cret@cache?master_name=", "redis://:s3cret@cache?addr=b:2&nonsense=1", "redis://:s3cret%zz@cache",
	} {
		_, err := connect(address)
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("%q: got %v, want invalid", address, err)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: the error shows the password: %v", address, err)
		}
	}
}
