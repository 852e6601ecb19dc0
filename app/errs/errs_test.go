package errs_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"watercooler/app/errs"
)

func TestKindSurvivesWrapping(t *testing.T) {
	for _, tc := range []struct {
		name   string
		err    error
		kind   errs.Kind
		status int
		text   string
	}{
		{"plain error is internal", errors.New("disk on fire"), errs.Internal, 500, ""},
		{"wrapped not found", fmt.Errorf("find thread 9: %w", errs.NotFoundf("There is no such thread.")), errs.NotFound, 404, "There is no such thread."},
		{"cause is kept", errs.Conflictf("This thread is closed.").Because(errors.New("row changed")), errs.Conflict, 409, "This thread is closed."},
		{"fields", errs.InvalidFields(errs.Field{Name: "title", Text: "Write a title."}), errs.Invalid, 422, "Some answers need correcting."},
		{"too many", errs.TooManyf(time.Minute, "Wait %d minute.", 1), errs.TooMany, 429, "Wait 1 minute."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := errs.KindOf(tc.err); got != tc.kind || got.Status() != tc.status {
				t.Errorf("KindOf = %v (%d), want %v (%d)", got, got.Status(), tc.kind, tc.status)
			}
			if e := errs.As(tc.err); e != nil && e.Text != tc.text {
				t.Errorf("Text = %q, want %q", e.Text, tc.text)
			}
		})
	}
}

func TestErrNotFoundMatchesByKind(t *testing.T) {
	err := fmt.Errorf("find: %w", errs.NotFoundf("There is no such person."))
	if !errors.Is(err, errs.ErrNotFound) {
		t.Error("errors.Is(err, ErrNotFound) = false, want true")
	}
	if errors.Is(errs.Conflictf("No."), errs.ErrNotFound) {
		t.Error("a conflict matches ErrNotFound")
	}
	if errs.InvalidFields() != nil {
		t.Error("InvalidFields() with no fields is an error")
	}
}
