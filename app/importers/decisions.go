package importers

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/threads"
)

// decisionLine is what a decision has besides its thread, as an archive writes it.
type decisionLine struct {
	Source      string           `json:"source,omitempty"` // a thread
	State       string           `json:"state,omitempty"`
	By          string           `json:"by,omitempty"` // a person
	Authority   string           `json:"authority,omitempty"`
	At          moment           `json:"at,omitzero"`
	NoticeDays  int              `json:"notice_days,omitempty"`
	Effective   moment           `json:"effective,omitzero"`
	Review      moment           `json:"review,omitzero"`
	Reviewed    moment           `json:"reviewed,omitzero"`
	Closes      moment           `json:"closes,omitzero"`
	Learnt      string           `json:"learnt,omitempty"`
	Options     []optionLine     `json:"options,omitempty"`
	Evidence    []evidenceLine   `json:"evidence,omitempty"`
	Assumptions []assumptionLine `json:"assumptions,omitempty"`
	Stances     []stanceLine     `json:"stances,omitempty"`
	Changes     []changeLine     `json:"changes,omitempty"`
}

type optionLine struct {
	Said   string `json:"said"`
	Chosen bool   `json:"chosen,omitempty"`
}

type evidenceLine struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	URL   string `json:"url,omitempty"`
	Item  string `json:"item,omitempty"` // a thread, in the place of url
	Dated moment `json:"dated,omitzero"`
	Added moment `json:"added,omitzero"`
}

type assumptionLine struct {
	Said     string `json:"said"`
	WatchFor string `json:"watch_for,omitempty"`
	Broken   moment `json:"broken,omitzero"`
}

type stanceLine struct {
	Person  string `json:"person"`
	Stance  string `json:"stance"`
	Reason  string `json:"reason,omitempty"`
	Created moment `json:"created,omitzero"`
	Updated moment `json:"updated,omitzero"`
}

type changeLine struct {
	At     moment `json:"at,omitzero"`
	By     string `json:"by,omitempty"` // a person
	Change string `json:"change"`
	Reason string `json:"reason,omitempty"`
	Other  string `json:"other,omitempty"` // a thread
}

// threadNames and personNames are what a line names.
func (d *decisionLine) threadNames() []string {
	names := []string{d.Source}
	for _, e := range d.Evidence {
		names = append(names, e.Item)
	}
	for _, c := range d.Changes {
		names = append(names, c.Other)
	}
	return names
}

func (d *decisionLine) personNames() []string {
	names := []string{d.By}
	for _, s := range d.Stances {
		names = append(names, s.Person)
	}
	for _, c := range d.Changes {
		names = append(names, c.By)
	}
	return names
}

// record is the line as the slice takes it; person and thread find ids by external ids.
func (d *decisionLine) record(id int64, person, thread map[string]int64) decisions.Record {
	r := decisions.Record{
		Thread: id, Source: thread[d.Source], State: decisions.State(d.State), By: person[d.By], Authority: d.Authority, DecidedAt: d.At.Time,
		NoticeDays: d.NoticeDays, EffectiveAt: d.Effective.Time, ReviewAt: d.Review.Time, ReviewedAt: d.Reviewed.Time, ClosesAt: d.Closes.Time, Learnt: d.Learnt,
	}
	for _, o := range d.Options {
		r.Options = append(r.Options, decisions.Option(o))
	}
	for _, e := range d.Evidence {
		r.Evidence = append(r.Evidence, decisions.Evidence{
			Kind: decisions.Grounds(e.Kind), Title: e.Title, URL: e.URL, Item: thread[e.Item], DatedAt: e.Dated.Time, AddedAt: e.Added.Time,
		})
	}
	for _, a := range d.Assumptions {
		r.Assumptions = append(r.Assumptions, decisions.Assumption{Said: a.Said, WatchFor: a.WatchFor, BrokenAt: a.Broken.Time})
	}
	for _, s := range d.Stances {
		r.Stances = append(r.Stances, decisions.StanceRecord{
			Person: person[s.Person], Position: decisions.Position(s.Stance), Reason: s.Reason, CreatedAt: s.Created.Time, UpdatedAt: s.Updated.Time,
		})
	}
	for _, c := range d.Changes {
		r.Changes = append(r.Changes, decisions.ChangeRecord{At: c.At.Time, By: person[c.By], What: c.Change, Reason: c.Reason, Other: thread[c.Other]})
	}
	return r
}

// checkDecision checks a line about a decision.
func (j *jsonl) checkDecision(p place, rec *record, require func(name, value string) error, refer func(typ, id, what string)) error {
	refer(typeThread, rec.Thread, "thread")
	if rec.Decision == nil {
		return problem(p.file, p.line, "the line says nothing of a decision.")
	}
	for _, id := range rec.Decision.threadNames() {
		refer(typeThread, id, "thread")
	}
	for _, id := range rec.Decision.personNames() {
		refer(typePerson, id, "person")
	}
	if err := rec.Decision.record(0, nil, nil).Check(); err != nil {
		return problem(p.file, p.line, "%s.", err)
	}
	j.decided[rec.Thread] = p
	return require("thread", rec.Thread)
}

// checkDecided makes sure that every thread of kind decision says what was decided.
func (j *jsonl) checkDecided() error {
	for _, thread := range sortedKeys(j.decisions) {
		if _, ok := j.decided[thread]; !ok {
			p := j.decisions[thread]
			return problem(p.file, p.line, "the thread %s is a decision, but no line of type decision says what became of it.", thread)
		}
	}
	return nil
}

// writeDecisions writes what decisions have besides their threads, once all threads are there.
func (j *jsonl) writeDecisions(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeDecision, title: "Decisions", noun: "decisions", read: func(rec *record) (record, error) { return *rec, nil },
		write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
			var people, opened []string
			for _, rec := range list {
				people, opened = append(people, rec.Decision.personNames()...), append(append(opened, rec.Thread), rec.Decision.threadNames()...)
			}
			person, err := j.People.IDsByExternal(ctx, tx, people)
			if err != nil {
				return outcome{}, err
			}
			thread, err := j.Threads.IDsByExternal(ctx, tx, opened)
			if err != nil {
				return outcome{}, err
			}
			var records []decisions.Record
			var skipped []threads.Skipped
			for _, rec := range list {
				if id := thread[rec.Thread]; id != 0 {
					records = append(records, rec.Decision.record(id, person, thread))
				} else {
					skipped = append(skipped, threads.Skipped{ExternalID: rec.Thread, Reason: absent})
				}
			}
			done, err := j.Decisions.Import(ctx, tx, records)
			out := outcomeOf(done)
			out.skipped = append(out.skipped, skipped...)
			return out, err
		},
	})
}

// momentOf is a time of the database that may be NULL.
func momentOf(us *int64) moment {
	if us == nil {
		return moment{}
	}
	return moment{db.Time(*us)}
}

// exportDecisions writes what decisions have besides their threads.
func exportDecisions(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(t.external_id, ''), t.id, t.created_at,
				COALESCE(s.external_id, ''), COALESCE(s.id, 0), COALESCE(s.created_at, 0),
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				d.state, d.authority, d.decided_at, d.notice_days, d.effective_at, d.review_at, d.reviewed_at, d.closes_at, d.learnt,
				t.deleted_at IS NOT NULL
			FROM decisions d
			CROSS JOIN threads t
			LEFT JOIN threads s ON s.id = d.source_id AND s.deleted_at IS NULL
			LEFT JOIN people p ON p.id = d.decided_by
			WHERE d.thread_id > $1 AND t.id = d.thread_id
			ORDER BY d.thread_id
			LIMIT $2`, after.self.id, page)
		list, err := db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			d := &decisionLine{}
			var at, effective, review, reviewed, closes *int64
			err = s.Scan(r.dest(2, &d.State, &d.Authority, &at, &d.NoticeDays, &effective, &review, &reviewed, &closes, &d.Learnt, &r.gone)...)
			d.At, d.Effective, d.Review, d.Reviewed, d.Closes = momentOf(at), momentOf(effective), momentOf(review), momentOf(reviewed), momentOf(closes)
			d.Source, d.By = r.refs[0].name(typeThread), r.refs[1].name(typePerson)
			r.Decision = d
			return r, err
		})
		if err != nil {
			return nil, err
		}
		return list, exportGrounds(ctx, q, list)
	}, each(func(r exportedRow) error {
		if r.gone {
			return nil
		}
		r.Type, r.Thread = typeDecision, r.self.name(typeThread)
		return put(r.archiveLine)
	}))
}

// exportGrounds adds to lines of decisions what belongs to them.
func exportGrounds(ctx context.Context, q db.Querier, list []exportedRow) error {
	ids, at := idsOf(list)
	in := db.In(1, len(ids))
	for _, part := range []struct {
		text string
		add  func(r db.Scanner) error
	}{
		{`
			SELECT o.thread_id, o.said, o.chosen
			FROM decision_options o
			WHERE o.thread_id IN (` + in + `)
			ORDER BY o.thread_id, o.position`, func(r db.Scanner) error {
			var id int64
			var o optionLine
			err := r.Scan(&id, &o.Said, &o.Chosen)
			d := list[at[id]].Decision
			d.Options = append(d.Options, o)
			return err
		}},
		{`
			SELECT e.thread_id, COALESCE(t.external_id, ''), COALESCE(t.id, 0), COALESCE(t.created_at, 0),
				e.kind, e.title, CASE WHEN e.item_id IS NULL THEN e.url ELSE '' END, e.dated_at, e.added_at
			FROM decision_evidence e
			LEFT JOIN threads t ON t.id = e.item_id AND t.deleted_at IS NULL
			WHERE e.thread_id IN (` + in + `)
			ORDER BY e.thread_id, e.position`, func(r db.Scanner) error {
			var (
				id    int64
				item  named
				dated *int64
				added int64
				e     evidenceLine
			)
			err := r.Scan(append(append([]any{&id}, item.dest()...), &e.Kind, &e.Title, &e.URL, &dated, &added)...)
			e.Item, e.Dated, e.Added = item.name(typeThread), momentOf(dated), momentOf(&added)
			d := list[at[id]].Decision
			d.Evidence = append(d.Evidence, e)
			return err
		}},
		{`
			SELECT a.thread_id, a.said, a.watch_for, a.broken_at
			FROM decision_assumptions a
			WHERE a.thread_id IN (` + in + `)
			ORDER BY a.thread_id, a.position`, func(r db.Scanner) error {
			var (
				id     int64
				broken *int64
				a      assumptionLine
			)
			err := r.Scan(&id, &a.Said, &a.WatchFor, &broken)
			a.Broken = momentOf(broken)
			d := list[at[id]].Decision
			d.Assumptions = append(d.Assumptions, a)
			return err
		}},
		{`
			SELECT s.thread_id, COALESCE(p.external_id, ''), p.id, p.created_at, s.stance, s.reason, s.created_at, s.updated_at
			FROM decision_stances s
			JOIN people p ON p.id = s.person_id
			WHERE s.thread_id IN (` + in + `)
			ORDER BY s.thread_id, s.person_id`, func(r db.Scanner) error {
			var (
				id               int64
				person           named
				created, updated int64
				s                stanceLine
			)
			err := r.Scan(append(append([]any{&id}, person.dest()...), &s.Stance, &s.Reason, &created, &updated)...)
			s.Person, s.Created, s.Updated = person.name(typePerson), momentOf(&created), momentOf(&updated)
			d := list[at[id]].Decision
			d.Stances = append(d.Stances, s)
			return err
		}},
		{`
			SELECT c.thread_id, c.at, COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				c.change, c.reason, COALESCE(o.external_id, ''), COALESCE(o.id, 0), COALESCE(o.created_at, 0)
			FROM decision_changes c
			LEFT JOIN people p ON p.id = c.by_id
			LEFT JOIN threads o ON o.id = c.other_id AND o.deleted_at IS NULL
			WHERE c.thread_id IN (` + in + `)
			ORDER BY c.thread_id, c.at, c.id`, func(r db.Scanner) error {
			var (
				id, when  int64
				by, other named
				c         changeLine
			)
			err := r.Scan(append(append(append([]any{&id, &when}, by.dest()...), &c.Change, &c.Reason), other.dest()...)...)
			c.At, c.By, c.Other = momentOf(&when), by.name(typePerson), other.name(typeThread)
			d := list[at[id]].Decision
			d.Changes = append(d.Changes, c)
			return err
		}},
	} {
		if len(list) == 0 {
			return nil
		}
		rows, err := q.Query(ctx, part.text, db.Args(ids)...)
		if _, err := db.Collect(rows, err, func(r db.Scanner) (struct{}, error) { return struct{}{}, part.add(r) }); err != nil {
			return fmt.Errorf("what decisions rest on: %w", err)
		}
	}
	return nil
}
