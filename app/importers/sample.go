package importers

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// The sample content is an imaginary county council and one of its partners, in the hub's own format. Its dates are written
// as days before the load, so that it never looks old.
//
//go:embed sample/*.jsonl
var sampleFiles embed.FS

const sampleSource = "sample"

// SampleAccount is somebody to try the sample hub as.
type SampleAccount struct {
	PersonExternalID string
	Name             string
	JobTitle         string
	Email            string
	Roles            string // as auth.ParseRoles reads them; "" for a member
	Label            string // "A member of staff", for the sign-in page
}

// Sample fills an empty hub with the sample content, naming its home organisation if it has none yet. now is the day it is
// dated from. Loading it again changes nothing.
func Sample(ctx context.Context, d Deps, now time.Time) (Report, error) {
	inputs, err := sampleInputs()
	if err != nil {
		return Report{}, err
	}
	if err := foundSample(ctx, d, inputs); err != nil {
		return Report{}, err
	}
	return importLines(ctx, d, &bundle{name: sampleSource, inputs: inputs}, sampleSource, Options{}, now)
}

// sampleInputs returns the embedded files in order of their names.
func sampleInputs() ([]input, error) {
	names, err := fs.Glob(sampleFiles, "sample/*.jsonl")
	if err != nil {
		return nil, fmt.Errorf("list sample content: %w", err)
	}
	inputs := make([]input, len(names))
	for i, name := range names {
		raw, err := sampleFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read sample content: %w", err)
		}
		inputs[i] = func(_ context.Context, do func(file string, n int, line []byte) error) error {
			n := 0
			for line := range bytes.Lines(raw) {
				n++
				if err := do(strings.TrimPrefix(name, "sample/"), n, bytes.TrimRight(line, "\n")); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return inputs, nil
}

// sampleRecords calls do with every line of the sample content of one type.
func sampleRecords(ctx context.Context, inputs []input, typ string, do func(rec record) error) error {
	for _, in := range inputs {
		err := in(ctx, func(file string, n int, line []byte) error {
			var rec record
			if err := json.Unmarshal(line, &rec); err != nil {
				return fmt.Errorf("%s, line %d: %w", file, n, err)
			}
			if rec.Type != typ {
				return nil
			}
			return do(rec)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// foundSample names the home organisation after that of the sample, unless the hub has one.
func foundSample(ctx context.Context, d Deps, inputs []input) error {
	_, err := d.People.Home(ctx)
	if err == nil || !errs.IsNotFound(err) {
		return err
	}
	return sampleRecords(ctx, inputs, typeOrganisation, func(rec record) error {
		if !rec.Home {
			return nil
		}
		return d.DB.Tx(ctx, func(tx *db.Tx) error {
			_, err := d.People.Found(ctx, tx, rec.Name)
			return err
		})
	})
}

// SampleAccounts returns the people of the sample content that a visitor can sign in as: a member, a manager, a leader, a
// moderator, an administrator and somebody from the partner. Package signin makes accounts of them.
func SampleAccounts() ([]SampleAccount, error) {
	inputs, err := sampleInputs()
	if err != nil {
		return nil, err
	}
	var list []SampleAccount
	err = sampleRecords(context.Background(), inputs, typePerson, func(rec record) error {
		if rec.Account == nil {
			return nil
		}
		list = append(list, SampleAccount{
			PersonExternalID: rec.ExternalID, Name: rec.Name, JobTitle: rec.JobTitle, Email: rec.Account.Email, Roles: rec.Account.Roles,
			Label: rec.Account.Label,
		})
		return nil
	})
	if err == nil && len(list) == 0 {
		err = errors.New("the sample content has no accounts")
	}
	return list, err
}
