package experts

import (
	"context"

	"watercooler/app/threads"
	"watercooler/auth"
)

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

// Candidates names people a question may be offered to.
func (s *Service) Candidates(context.Context, int64, int) ([]Candidate, error) { return nil, nil }
