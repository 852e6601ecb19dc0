package importers

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/signals"
	"watercooler/app/threads"
)

// exportSources writes the sources of signals. What they brought is left out: another hub reads them itself.
func exportSources(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(s.external_id, ''), s.id, s.created_at,
				COALESCE(n.external_id, ''), COALESCE(n.id, 0), COALESCE(n.created_at, 0),
				COALESCE(c.external_id, ''), COALESCE(c.id, 0), COALESCE(c.created_at, 0),
				COALESCE(p.external_id, ''), COALESCE(p.id, 0), COALESCE(p.created_at, 0),
				s.url, s.title, s.kind, s.next_at IS NULL
			FROM signal_sources s
			LEFT JOIN networks n ON n.id = s.network_id
			LEFT JOIN topics c ON c.id = s.topic_id
			LEFT JOIN people p ON p.id = s.added_by
			WHERE s.id > $1
			ORDER BY s.id
			LIMIT $2`, after.self.id, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			return r, s.Scan(r.dest(3, &r.URL, &r.Title, &r.Kind, &r.Paused)...)
		})
	}, each(func(r exportedRow) error {
		r.Type, r.ExternalID, r.Created = typeSource, r.self.name(typeSource), written(r.self.created)
		r.Network, r.Topic, r.Person = r.refs[0].name(typeNetwork), r.refs[1].name(typeTopic), r.refs[2].name(typePerson)
		return put(r.archiveLine)
	}))
}

// exportSignals writes where threads of kind signal come from.
func exportSignals(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return pages(ctx, func(after exportedRow) ([]exportedRow, error) {
		rows, err := q.Query(ctx, `
			SELECT COALESCE(t.external_id, ''), t.id, t.created_at, g.url, g.kind, g.source, g.published_at, g.read_at, t.deleted_at IS NOT NULL
			FROM signals g
			CROSS JOIN threads t
			WHERE g.thread_id > $1 AND t.id = g.thread_id
			ORDER BY g.thread_id
			LIMIT $2`, after.self.id, page)
		return db.Collect(rows, err, func(s db.Scanner) (r exportedRow, err error) {
			var published int64
			var read *int64
			err = s.Scan(r.dest(0, &r.URL, &r.Kind, &r.Source, &published, &read, &r.gone)...)
			r.Published, r.Read = written(published), writtenOr(read)
			return r, err
		})
	}, each(func(r exportedRow) error {
		if r.gone {
			return nil
		}
		r.Type, r.Thread = typeSignal, r.self.name(typeThread)
		return put(r.archiveLine)
	}))
}

// checkSignals checks the lines about sources and signals.
func (j *jsonl) checkSignals(p place, rec *record, refer func(typ, id, what string)) error {
	if signals.Key(rec.URL) == "" {
		return problem(p.file, p.line, "the %s leads to %.80q, which is no address of a page on the web.", rec.Type, rec.URL)
	}
	if !signals.Kind(rec.Kind).Valid() {
		return problem(p.file, p.line, "%.20q is no kind of source; docs/import.md lists them.", rec.Kind)
	}
	if rec.Type == typeSignal {
		refer(typeThread, rec.Thread, "thread")
		j.noticed[rec.Thread] = p
		return nil
	}
	refer(typeNetwork, rec.Network, "network")
	refer(typeTopic, rec.Topic, "topic")
	refer(typePerson, rec.Person, "person")
	return nil
}

// checkNoticed makes sure that threads of kind signal come from somewhere, and nothing else does.
func (j *jsonl) checkNoticed() error {
	for _, thread := range sortedKeys(j.signals) {
		if _, ok := j.noticed[thread]; !ok {
			p := j.signals[thread]
			return problem(p.file, p.line, "the thread %s is a signal, but no line of type signal says where it comes from.", thread)
		}
	}
	for _, thread := range sortedKeys(j.noticed) {
		if _, ok := j.signals[thread]; !ok {
			p := j.noticed[thread]
			return problem(p.file, p.line, "the signal names the thread %s, which is not of the kind signal in the input.", thread)
		}
	}
	return nil
}

// writeSources brings in the sources of signals.
func (j *jsonl) writeSources(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeSource, title: "Sources", noun: "sources", read: func(rec *record) (record, error) { return *rec, nil },
		write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
			people, err := j.People.IDsByExternal(ctx, tx, column(list, func(r record) string { return r.Person }))
			if err != nil {
				return outcome{}, err
			}
			records := make([]signals.SourceRecord, len(list))
			for i, rec := range list {
				records[i] = signals.SourceRecord{
					ExternalID: rec.ExternalID, URL: rec.URL, Title: rec.Title, Kind: signals.Kind(rec.Kind), Network: j.networkIDs[rec.Network], Topic: j.topicIDs[rec.Topic],
					AddedBy: people[rec.Person], Paused: rec.Paused, CreatedAt: j.created(&rec),
				}
				if records[i].CreatedAt.IsZero() {
					records[i].CreatedAt = j.now
				}
			}
			out, err := j.Signals.ImportSources(ctx, tx, records)
			return outcomeOf(out), err
		},
	})
}

// writeSignals says where threads of kind signal come from.
func (j *jsonl) writeSignals(ctx context.Context) error {
	return writeSection(ctx, j, section[record]{
		kind: typeSignal, title: "Signals", noun: "signals", read: func(rec *record) (record, error) { return *rec, nil },
		write: func(ctx context.Context, tx *db.Tx, list []record) (outcome, error) {
			opened, err := j.Threads.IDsByExternal(ctx, tx, column(list, func(r record) string { return r.Thread }))
			if err != nil {
				return outcome{}, err
			}
			var (
				records []signals.SignalRecord
				out     outcome
			)
			for _, rec := range list {
				if opened[rec.Thread] == 0 {
					out.skipped = append(out.skipped, threads.Skipped{ExternalID: rec.Thread, Reason: absent})
					continue
				}
				published := rec.Published.Time
				if published.IsZero() {
					published = j.now
				}
				records = append(records, signals.SignalRecord{
					Thread: opened[rec.Thread], URL: rec.URL, Kind: signals.Kind(rec.Kind), Source: rec.Source, Published: published, ReadAt: rec.Read.Time,
				})
			}
			done, err := j.Signals.ImportSignals(ctx, tx, records)
			out.changed, out.unchanged, out.skipped = done.Changed, done.Unchanged, append(out.skipped, done.Skipped...)
			return out, err
		},
	})
}
