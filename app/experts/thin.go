package experts

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Consumer keeps contributions and expertise level with what happens.
func (s *Service) Consumer() event.Consumer {
	return event.Consumer{Name: "experts", Verbs: []string{"thread."}, Handle: func(context.Context, []event.Event) error { return nil }}
}

// Recount makes contributions and expertise anew.
func (s *Service) Recount(context.Context) error { return nil }

// Check returns how many rows differ from a recount.
func (s *Service) Check(context.Context) (int, error) { return 0, nil }

// Rank names people who may know what q is about, best first.
func (s *Service) Rank(context.Context, auth.Viewer, Question) (Ranking, error) {
	return Ranking{}, nil
}

// Knowing names people who may know what a thread asks, for the card beside it.
func (s *Service) Knowing(context.Context, auth.Viewer, threads.Thread, int) ([]threads.Knower, error) {
	return nil, nil
}

// MayKnow names people who may know about what is being written.
func (s *Service) MayKnow(context.Context, auth.Viewer, string, int) ([]threads.Knower, error) {
	return nil, nil
}

// Profile says what the profile of a person shows of what they know.
func (s *Service) Profile(context.Context, auth.Viewer, int64) (Profile, error) {
	return Profile{}, nil
}

// Topic says who knows about a topic, and where they sit.
func (s *Service) Topic(context.Context, auth.Viewer, int64, int) (Cover, error) {
	return Cover{}, nil
}

// Inferred returns what the hub infers about v.
func (s *Service) Inferred(context.Context, auth.Viewer) (Inferred, error) { return Inferred{}, nil }

// Confirm puts a topic, by slug, under "Ask me about" on the profile of v.
func (s *Service) Confirm(context.Context, auth.Viewer, string) error { return nil }

// Decline notes that v wants no label for a topic.
func (s *Service) Decline(context.Context, auth.Viewer, string) error { return nil }

// StepOut keeps v from being suggested for a topic, or for anything when it is "".
func (s *Service) StepOut(context.Context, auth.Viewer, string) error { return nil }

// StepIn takes back what Decline or StepOut said about a topic, or about everything when it is "".
func (s *Service) StepIn(context.Context, auth.Viewer, string) error { return nil }

// Settings returns how v wants to be suggested and asked.
func (s *Service) Settings(context.Context, auth.Viewer) (Settings, error) { return Settings{}, nil }

// SaveSettings changes how v wants to be suggested and asked.
func (s *Service) SaveSettings(context.Context, auth.Viewer, Settings) error { return nil }

// Endorse vouches for a colleague and returns the id of the endorsement.
func (s *Service) Endorse(context.Context, auth.Viewer, NewEndorsement) (int64, error) { return 0, nil }

// Withdraw takes an endorsement by v back.
func (s *Service) Withdraw(context.Context, auth.Viewer, int64) error { return nil }

// Candidates names people a question may be offered to.
func (s *Service) Candidates(context.Context, int64, int) ([]Candidate, error) { return nil, nil }

// Terms says how people want to be asked.
func (s *Service) Terms(context.Context, []int64) (map[int64]Settings, error) { return nil, nil }

// ReplaceTopic makes what people know about one topic what they know about another, in tx: topics were merged.
func (s *Service) ReplaceTopic(context.Context, *db.Tx, int64, int64) error { return nil }

// Erase removes, in tx, what refers to people and threads that will not be there any more.
func (s *Service) Erase(context.Context, *db.Tx, []int64, []int64) error { return nil }
