package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"watercooler/app/errs"
	"watercooler/app/evaluate"
	"watercooler/app/experts"
	"watercooler/app/importers"
	"watercooler/auth"
	"watercooler/search"
)

// Evaluation is what somebody wants to have measured, as the flags say it. Queries, Qrels and Sources belong together by their
// order.
type Evaluation struct {
	Queries, Qrels, Sources []string
	Field                   string
	Kinds                   []string
	ExcludeSelf             bool
	Depth                   int
	As                      string // e-mail address of the account that asks
	Run, PerQuery           string // files to write
}

// EvaluateSearch measures how well documents are found.
func (c Command) EvaluateSearch(ctx context.Context, in Evaluation) error {
	return c.evaluate(ctx, in, (*evaluate.Service).Search, evaluate.WriteSearch)
}

// EvaluateExperts measures how well people are found who know.
func (c Command) EvaluateExperts(ctx context.Context, in Evaluation) error {
	return c.evaluate(ctx, in, (*evaluate.Service).Experts, evaluate.WriteExperts)
}

type (
	measurement func(s *evaluate.Service, ctx context.Context, v auth.Viewer, o evaluate.Options) ([]evaluate.Result, error)
	printer     func(out io.Writer, list []evaluate.Result) error
)

func (c Command) evaluate(ctx context.Context, in Evaluation, measure measurement, report printer) error {
	o, err := in.options()
	if err != nil {
		return err
	}
	err = c.with(ctx, func(a *App) (err error) {
		if err := a.catchUp(ctx, c.Err); err != nil {
			return err
		}
		v, err := a.evaluator(ctx, in.As)
		if err != nil {
			return err
		}
		closing, err := in.open(&o)
		defer func() { err = errors.Join(err, closing()) }()
		if err != nil {
			return err
		}
		bar := importers.NewProgress(c.Err, time.Now)
		defer bar.End()
		o.Progress = func(done, total int) {
			if done == 1 {
				bar.Start("Asking", total)
			}
			bar.Add(1)
		}
		list, err := measure(evaluate.New(a.db, a.find, a.whoKnows), ctx, v, o)
		if err != nil {
			return err
		}
		bar.End()
		return report(c.Out, list)
	})
	if errors.Is(err, search.ErrLocked) {
		return errRunning(err)
	}
	return err
}

// options checks what belongs together.
func (in Evaluation) options() (evaluate.Options, error) {
	o := evaluate.Options{Field: in.Field, Kinds: in.Kinds, ExcludeSelf: in.ExcludeSelf, Depth: in.Depth}
	switch {
	case len(in.Queries) == 0 || len(in.Queries) != len(in.Qrels):
		return o, errs.Invalidf("Give --queries and --qrels, each as often as the other.")
	case len(in.Sources) != 0 && len(in.Sources) != len(in.Queries):
		return o, errs.Invalidf("Give --source as often as --queries, or not at all.")
	case !slices.Contains([]string{"", evaluate.FieldTitle, evaluate.FieldText, evaluate.FieldBoth}, in.Field):
		return o, errs.Invalidf("--field is %q: want title, text or both.", in.Field)
	}
	for i, path := range in.Queries {
		set := evaluate.Set{Queries: path, Qrels: in.Qrels[i]}
		if len(in.Sources) > 0 {
			set.Source, set.Name = in.Sources[i], in.Sources[i]
		} else {
			abs, err := filepath.Abs(path)
			if err != nil {
				return o, err
			}
			set.Name = filepath.Base(filepath.Dir(abs))
		}
		if name := strings.TrimSuffix(filepath.Base(path), "-queries.tsv"); name != filepath.Base(path) {
			set.Name += " " + name // several kinds of queries for one collection
		}
		o.Sets = append(o.Sets, set)
	}
	return o, nil
}

// open makes the files that were asked for; closing writes what is left and closes them.
func (in Evaluation) open(o *evaluate.Options) (closing func() error, err error) {
	var last []func() error
	closing = func() (err error) {
		for _, do := range last {
			err = errors.Join(err, do())
		}
		return err
	}
	for _, f := range []struct {
		path string
		to   *io.Writer
	}{{in.Run, &o.Run}, {in.PerQuery, &o.PerQuery}} {
		if f.path == "" {
			continue
		}
		file, err := os.Create(f.path)
		if err != nil {
			return closing, errs.Invalidf("%s cannot be written.", f.path).Because(err)
		}
		w := bufio.NewWriter(file)
		*f.to, last = w, append(last, w.Flush, file.Close)
	}
	return closing, nil
}

// evaluator is who asks: the account of an address, or somebody of the home organisation who is in no network.
func (a *App) evaluator(ctx context.Context, email string) (auth.Viewer, error) {
	if email != "" {
		account, err := a.auth.ByEmail(ctx, a.db, email)
		if errs.IsNotFound(err) {
			return auth.Viewer{}, errs.NotFoundf("There is no account with this e-mail address.").Because(err)
		}
		if err != nil {
			return auth.Viewer{}, err
		}
		return a.auth.ByPerson(ctx, account.Person)
	}
	home, err := a.people.Home(ctx)
	if errs.IsNotFound(err) {
		return auth.Viewer{}, errs.Conflictf("The hub is empty. Import something first.").Because(err)
	}
	return auth.ForPerson(-1, 0, home.ID, true, 0), err
}

// whoKnows ranks people as the hub does.
func (a *App) whoKnows(ctx context.Context, v auth.Viewer, text string, limit int) ([]int64, error) {
	found, err := a.experts.Rank(ctx, v, experts.Question{Text: text, Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("rank people: %w", err)
	}
	ids := make([]int64, len(found.People))
	for i, e := range found.People {
		ids[i] = e.Person.ID
	}
	return ids, nil
}
