package experts

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// MaxWeekly is the most questions that anybody can choose to be offered in seven days.
const MaxWeekly = 20

// defaults are the settings of somebody who has said nothing.
func defaults() Settings {
	return Settings{
		Suggested: true, Open: true, WeeklyCap: 3,
		Days: []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday},
	}
}

// dayNames are the days of the week as they are stored.
var dayNames = [...]string{time.Sunday: "sun", time.Monday: "mon", time.Tuesday: "tue", time.Wednesday: "wed", time.Thursday: "thu", time.Friday: "fri", time.Saturday: "sat"}

// ParseDays reads days as they are stored, "mon tue wed". Words that name no day mean nothing.
func ParseDays(s string) []time.Weekday {
	var days []time.Weekday
	for _, word := range strings.Fields(s) {
		if day := slices.Index(dayNames[:], word); day >= 0 && !slices.Contains(days, time.Weekday(day)) {
			days = append(days, time.Weekday(day))
		}
	}
	return days
}

// FormatDays writes days as they are stored, from Monday on.
func FormatDays(days []time.Weekday) string {
	var words []string
	for i := range len(dayNames) {
		if day := time.Weekday((i + 1) % len(dayNames)); slices.Contains(days, day) {
			words = append(words, dayNames[day])
		}
	}
	return strings.Join(words, " ")
}

// Settings returns how v wants to be suggested and asked.
func (s *Service) Settings(ctx context.Context, v auth.Viewer) (Settings, error) {
	if v.Person == 0 {
		return Settings{}, signIn
	}
	all, err := s.Terms(ctx, []int64{v.Person})
	return all[v.Person], err
}

// Terms says how people want to be suggested and asked, by id; of somebody unknown it says the defaults.
func (s *Service) Terms(ctx context.Context, people []int64) (map[int64]Settings, error) {
	known, err := selectSettings(ctx, s.db, people)
	if err != nil {
		return nil, fmt.Errorf("read how people want to be asked: %w", err)
	}
	out := make(map[int64]Settings, len(people))
	for _, id := range people {
		terms, ok := known[id]
		if !ok {
			terms = defaults()
		}
		out[id] = terms
	}
	return out, nil
}

// SaveSettings changes how v wants to be suggested and asked. It holds from the next question on.
func (s *Service) SaveSettings(ctx context.Context, v auth.Viewer, in Settings) error {
	var wrong []errs.Field
	if in.WeeklyCap < 0 || in.WeeklyCap > MaxWeekly {
		wrong = append(wrong, errs.Field{Name: "weekly_cap", Text: fmt.Sprintf("Choose a number of questions from 0 to %d.", MaxWeekly)})
	}
	if in.Open && in.WeeklyCap > 0 && len(in.Days) == 0 {
		wrong = append(wrong, errs.Field{Name: "days", Text: "Choose at least one day, or say that you are not open to questions."})
	}
	if len(wrong) > 0 {
		return errs.InvalidFields(wrong...)
	}
	return s.decide(ctx, v, "save settings", func(tx *db.Tx) error { return upsertSettings(ctx, tx, v.Person, in) })
}

// suggest changes whether v is suggested at all, and nothing else.
func (s *Service) suggest(ctx context.Context, tx *db.Tx, person int64, suggested bool) error {
	known, err := selectSettings(ctx, tx, []int64{person})
	if err != nil {
		return err
	}
	in, ok := known[person]
	if !ok {
		in = defaults()
	}
	in.Suggested = suggested
	return upsertSettings(ctx, tx, person, in)
}

// decide runs fn, by which v decides something about themself, and records that something was decided.
func (s *Service) decide(ctx context.Context, v auth.Viewer, doing string, fn func(tx *db.Tx) error) error {
	if v.Person == 0 {
		return signIn
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{Actor: v.Person, Verb: "expert.changed", Object: event.Ref{Kind: "person", ID: v.Person}})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}

// topic returns the topic that a name, a synonym or a slug means.
func (s *Service) topic(ctx context.Context, name string) (Topic, error) {
	known, _, err := s.topics.Resolve(ctx, []string{name})
	if err != nil {
		return Topic{}, err
	}
	if len(known) == 0 {
		return Topic{}, noTopic
	}
	return known[0], nil
}

// Confirm puts a topic, by slug or name, under "Ask me about" on the profile of v, and takes back what they said against it.
func (s *Service) Confirm(ctx context.Context, v auth.Viewer, topic string) error {
	return s.choose(ctx, v, topic, "confirm", func(tx *db.Tx, t Topic) error {
		if err := deleteChoice(ctx, tx, v.Person, t.ID); err != nil {
			return err
		}
		return s.asks.AskAbout(ctx, tx, v.Person, t.ID)
	})
}

// Decline notes that v wants no label for a topic, and takes it off their profile. They may still be suggested for it.
func (s *Service) Decline(ctx context.Context, v auth.Viewer, topic string) error {
	return s.choose(ctx, v, topic, "decline", func(tx *db.Tx, t Topic) error {
		if err := s.asks.Unask(ctx, tx, v.Person, t.ID); err != nil {
			return err
		}
		return upsertChoice(ctx, tx, v.Person, t.ID, Declined)
	})
}

// StepOut keeps v from being suggested for a topic, or for anything when it is "". It holds from the next question on.
func (s *Service) StepOut(ctx context.Context, v auth.Viewer, topic string) error {
	if topic == "" {
		return s.decide(ctx, v, "step out", func(tx *db.Tx) error { return s.suggest(ctx, tx, v.Person, false) })
	}
	return s.choose(ctx, v, topic, "step out of", func(tx *db.Tx, t Topic) error {
		if err := s.asks.Unask(ctx, tx, v.Person, t.ID); err != nil {
			return err
		}
		return upsertChoice(ctx, tx, v.Person, t.ID, Out)
	})
}

// StepIn takes back what Decline or StepOut said about a topic, or about everything when it is "".
func (s *Service) StepIn(ctx context.Context, v auth.Viewer, topic string) error {
	if topic == "" {
		return s.decide(ctx, v, "step in", func(tx *db.Tx) error { return s.suggest(ctx, tx, v.Person, true) })
	}
	return s.choose(ctx, v, topic, "step into", func(tx *db.Tx, t Topic) error {
		return deleteChoice(ctx, tx, v.Person, t.ID)
	})
}

func (s *Service) choose(ctx context.Context, v auth.Viewer, topic, doing string, fn func(tx *db.Tx, t Topic) error) error {
	if v.Person == 0 {
		return signIn
	}
	t, err := s.topic(ctx, topic)
	if err != nil {
		return fmt.Errorf("%s topic %s: %w", doing, topic, err)
	}
	return s.decide(ctx, v, doing+" topic "+topic, func(tx *db.Tx) error { return fn(tx, t) })
}

// MaxReason bounds why somebody vouches for a colleague, in runes.
const MaxReason = 300

// Endorsing returns what v is about to vouch for: something that the person wrote, and v may read, with its topics.
func (s *Service) Endorsing(ctx context.Context, v auth.Viewer, handle string, in NewEndorsement) (Endorsing, error) {
	if v.Person == 0 {
		return Endorsing{}, signIn
	}
	person, err := selectHandle(ctx, s.db, handle)
	if err != nil {
		return Endorsing{}, fmt.Errorf("read person %s: %w", handle, err)
	}
	if person.ID == v.Person {
		return Endorsing{}, errs.Forbiddenf("You cannot endorse yourself.")
	}
	o, err := selectObject(ctx, s.db, v, in.Thread, in.Reply)
	if err != nil {
		return Endorsing{}, fmt.Errorf("read what is endorsed: %w", err)
	}
	if !slices.Contains(o.authors, person.ID) || o.asked {
		return Endorsing{}, noObject
	}
	ref := threadRef(in.Thread)
	if in.Reply != 0 {
		ref = replyRef(in.Reply)
	}
	found, err := selectEvidence(ctx, s.db, v.Reads, []string{ref})
	if err != nil {
		return Endorsing{}, fmt.Errorf("read what is endorsed: %w", err)
	}
	w, ok := found[ref]
	if !ok {
		return Endorsing{}, noObject
	}
	return Endorsing{Person: person, Title: w.Title, Path: w.Path, Topics: o.topics}, nil
}

// Endorse vouches for a colleague because of something they wrote that v may read, and returns the id of the endorsement.
// To vouch again for the same person and topic replaces what was said before.
func (s *Service) Endorse(ctx context.Context, v auth.Viewer, in NewEndorsement) (int64, error) {
	if v.Person == 0 {
		return 0, signIn
	}
	in.Reason = strings.Join(strings.Fields(in.Reason), " ")
	if err := in.check(); err != nil {
		return 0, err
	}
	var id int64
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		o, err := selectObject(ctx, tx, v, in.Thread, in.Reply)
		if err != nil {
			return err
		}
		topic, err := s.fits(ctx, v, in, o)
		if err != nil {
			return err
		}
		if id, err = upsertEndorsement(ctx, tx, v.Person, in, topic.ID); err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{
			Actor: v.Person, Verb: "endorsement.created", Object: event.Ref{Kind: "endorsement", ID: id},
			Target: event.Ref{Kind: "person", ID: in.Person}, Audience: o.audience,
		})
	})
	if err != nil {
		return 0, fmt.Errorf("endorse person %d: %w", in.Person, err)
	}
	return id, nil
}

func (in NewEndorsement) check() error {
	switch {
	case in.Reason == "":
		return errs.InvalidFields(errs.Field{Name: "reason", Text: "Say why: what of it helped you?"})
	case len([]rune(in.Reason)) > MaxReason:
		return errs.InvalidFields(errs.Field{Name: "reason", Text: fmt.Sprintf("Say it in %d characters at most.", MaxReason)})
	case (in.Thread == 0) == (in.Reply == 0):
		return noObject
	}
	return nil
}

// object is what an endorsement stands on.
type object struct {
	audience string
	authors  []int64
	asked    bool    // it is a question, which shows no knowledge
	topics   []Topic // of its thread
}

// fits returns the topic in names, or says why o shows nothing about it.
func (s *Service) fits(ctx context.Context, v auth.Viewer, in NewEndorsement, o object) (Topic, error) {
	switch {
	case !slices.Contains(o.authors, in.Person) || o.asked:
		return Topic{}, noObject
	case in.Person == v.Person:
		return Topic{}, errs.Forbiddenf("You cannot endorse yourself.")
	}
	known, _, err := s.topics.Resolve(ctx, []string{in.Topic})
	if err != nil {
		return Topic{}, err
	}
	if len(known) == 0 || !slices.ContainsFunc(o.topics, func(t Topic) bool { return t.ID == known[0].ID }) {
		return Topic{}, errs.InvalidFields(errs.Field{Name: "topic", Text: "Choose one of the topics of what they wrote."})
	}
	return known[0], nil
}

// Withdraw takes an endorsement back: one by v, or one of v.
func (s *Service) Withdraw(ctx context.Context, v auth.Viewer, id int64) error {
	if v.Person == 0 {
		return signIn
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			DELETE FROM endorsements
			WHERE id = $1 AND (by_id = $2 OR person_id = $2)`, id, v.Person)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.NotFoundf("There is no such endorsement here.")
		}
		return event.Append(ctx, tx, event.Event{Actor: v.Person, Verb: "endorsement.withdrawn", Object: event.Ref{Kind: "endorsement", ID: id}})
	})
	if err != nil {
		return fmt.Errorf("withdraw endorsement %d: %w", id, err)
	}
	return nil
}
