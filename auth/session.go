package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// touchEvery is how stale a session's "last seen" may become. Writing it on every request would cost a write per page.
const touchEvery = 5 * time.Minute

// session is what is kept of a signed-in browser under the hash of its token. Roles and name are not in it: they are read
// from the database on each request, so that they are never out of date.
type session struct {
	Account int64  `json:"a"`
	Epoch   int64  `json:"e"` // of the account when the session began
	Device  string `json:"d"`
	Created int64  `json:"c"` // Unix microseconds
	Seen    int64  `json:"s"`
}

// Device is a signed-in browser as its owner sees it in the settings. Where it connects from is not kept.
type Device struct {
	Key     string // names the session in forms; it cannot be turned back into the cookie
	Name    string // "Firefox on Windows"
	Created time.Time
	Seen    time.Time
}

func sessionKey(hash string) string { return "session:" + hash }

func sessionOwner(account int64) string { return "sessions:" + strconv.FormatInt(account, 10) }

// Start begins a session for account on a browser that calls itself userAgent and returns the token for its cookie. The
// token is always a fresh one: whatever the browser had before is not carried over. Pass it to End afterwards.
func (s *Service) Start(ctx context.Context, account int64, userAgent string) (token string, err error) {
	var epoch int64
	now := s.now()
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		epoch, err = updateSignedIn(ctx, tx, account)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("start session of account %d: %w", account, err)
	}
	token = newToken()
	value := session{Account: account, Epoch: epoch, Device: deviceName(userAgent), Created: now.UnixMicro(), Seen: now.UnixMicro()}
	raw, err := json.Marshal(value)
	if err != nil {
		return "", err
	}
	if err := s.kv.Put(ctx, sessionKey(hashOf(token)), sessionOwner(account), raw, s.timeLeft(value, now)); err != nil {
		return "", fmt.Errorf("start session of account %d: %w", account, err)
	}
	return token, nil
}

// timeLeft returns how long a session lives on from now when nobody uses it; zero or less when it is over.
func (s *Service) timeLeft(v session, now time.Time) time.Duration {
	idle := time.UnixMicro(v.Seen).Add(s.cfg.Idle)
	absolute := time.UnixMicro(v.Created).Add(s.cfg.Absolute)
	if absolute.Before(idle) {
		return absolute.Sub(now)
	}
	return idle.Sub(now)
}

// BySession returns the viewer behind a session token. A token that is unknown, expired or ended is Public and not an error;
// an error means that nobody can tell at the moment.
func (s *Service) BySession(ctx context.Context, token string) (Viewer, error) {
	if !tokenForm(token) {
		return Public, nil
	}
	key := hashOf(token)
	raw, err := s.kv.Get(ctx, sessionKey(key))
	if errs.IsNotFound(err) {
		return Public, nil
	}
	if err != nil {
		return Public, errs.Unavailablef("We cannot check who is signed in at the moment. Try again shortly.").Because(err)
	}
	var value session
	if err := json.Unmarshal(raw, &value); err != nil {
		return Public, fmt.Errorf("read session: %w", err)
	}
	now := s.now()
	if s.timeLeft(value, now) <= 0 {
		return Public, s.kv.Delete(ctx, sessionKey(key))
	}
	v, err := selectViewer(ctx, s.db, value.Account, value.Epoch, now)
	if errs.IsNotFound(err) { // disabled, left, or signed out everywhere
		return Public, s.kv.Delete(ctx, sessionKey(key))
	}
	if err != nil {
		return Public, fmt.Errorf("find viewer: %w", err)
	}
	v.Session = key
	return s.touch(ctx, v, value, now)
}

// ByPerson returns person as the viewer they would be if they signed in now, for what the hub does on their behalf: a letter may
// hold what they may read, and nothing else. NotFound when they have left or have no account that is open.
func (s *Service) ByPerson(ctx context.Context, person int64) (Viewer, error) {
	v, err := selectPersonViewer(ctx, s.db, person, s.now())
	if err != nil {
		return Public, fmt.Errorf("find viewer of person %d: %w", person, err)
	}
	return v, nil
}

// touch notes that a session is in use, every few minutes.
func (s *Service) touch(ctx context.Context, v Viewer, value session, now time.Time) (Viewer, error) {
	if now.Sub(time.UnixMicro(value.Seen)) < touchEvery {
		return v, nil
	}
	value.Seen = now.UnixMicro()
	raw, err := json.Marshal(value)
	if err != nil {
		return Public, err
	}
	// SECURITY: Replace and not Put: a session ended since we read it must not come back.
	alive, err := s.kv.Replace(ctx, sessionKey(v.Session), raw, s.timeLeft(value, now))
	if err != nil {
		return Public, errs.Unavailablef("We cannot check who is signed in at the moment. Try again shortly.").Because(err)
	}
	if !alive {
		return Public, nil
	}
	return v, nil
}

// End ends the session of a token: signing out, and the session a browser had before it signed in again.
func (s *Service) End(ctx context.Context, token string) error {
	if !tokenForm(token) {
		return nil
	}
	if err := s.kv.Delete(ctx, sessionKey(hashOf(token))); err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Devices returns the browsers v is signed in on, the one last used first.
func (s *Service) Devices(ctx context.Context, v Viewer) ([]Device, error) {
	live, err := s.kv.Owned(ctx, sessionOwner(v.Account))
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	epoch, err := selectEpoch(ctx, s.db, v.Account)
	if err != nil {
		return nil, fmt.Errorf("list devices: %w", err)
	}
	now := s.now()
	var list []Device
	for key, raw := range live {
		var value session
		if json.Unmarshal(raw, &value) != nil || value.Epoch != epoch || s.timeLeft(value, now) <= 0 {
			continue
		}
		list = append(list, Device{
			Key: key[len(sessionKey("")):], Name: value.Device,
			Created: time.UnixMicro(value.Created).UTC(), Seen: time.UnixMicro(value.Seen).UTC(),
		})
	}
	slices.SortFunc(list, func(a, b Device) int {
		if c := b.Seen.Compare(a.Seen); c != 0 {
			return c
		}
		return b.Created.Compare(a.Created)
	})
	return list, nil
}

// EndDevice signs v out on the browser with this key.
func (s *Service) EndDevice(ctx context.Context, v Viewer, key string) error {
	live, err := s.kv.Owned(ctx, sessionOwner(v.Account))
	if err != nil {
		return fmt.Errorf("end device: %w", err)
	}
	// SECURITY: only keys among the viewer's own; otherwise anybody could sign anybody out.
	if _, own := live[sessionKey(key)]; !own {
		return errs.NotFoundf("That device is no longer signed in.")
	}
	if err := s.kv.Delete(ctx, sessionKey(key)); err != nil {
		return fmt.Errorf("end device: %w", err)
	}
	return nil
}

// EndOthers signs v out on every browser but the one this request came from.
func (s *Service) EndOthers(ctx context.Context, v Viewer) error {
	if err := s.kv.DeleteOwned(ctx, sessionOwner(v.Account), sessionKey(v.Session)); err != nil {
		return fmt.Errorf("end other devices: %w", err)
	}
	return nil
}

// endAll ends every session of an account together with the change that tx makes, and clears the store afterwards. Should
// that last step be lost, the sessions are dead all the same: their epoch is over.
func (s *Service) endAll(ctx context.Context, tx *db.Tx, account int64) error {
	if err := updateEpoch(ctx, tx, account); err != nil {
		return err
	}
	tx.AfterCommit(func() {
		if err := s.kv.DeleteOwned(context.WithoutCancel(ctx), sessionOwner(account)); err != nil {
			s.log.WarnContext(ctx, "ended sessions not cleared", "account", account, "err", err)
		}
	})
	return nil
}
