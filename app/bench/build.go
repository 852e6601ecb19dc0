package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"time"

	"watercooler/app/db"
	"watercooler/app/files"
	"watercooler/app/kv"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// The account that measures what signed-in people see.
const (
	accountPerson   = 7
	accountEmail    = "person7@bench.example"
	accountPassword = "a kettle for the benchmark"
)

// built is what making a corpus took; it is kept beside the corpus.
type built struct {
	Records int
	Took    time.Duration
	Raw     int64 `json:",omitempty"` // bytes of text, where they were counted
}

func (b built) rate() float64 { return float64(b.Records) / b.Took.Seconds() }

const builtFile = "built.json"

// readBuilt returns what is known of the corpus in dir; an error means there is none that is whole.
func readBuilt(dir string) (built, error) {
	var b built
	raw, err := os.ReadFile(filepath.Join(dir, builtFile))
	if err == nil {
		err = json.Unmarshal(raw, &b)
	}
	return b, err
}

// prepareSQLite makes the corpus database in dir, unless it is there.
func prepareSQLite(ctx context.Context, dir string, say io.Writer) (built, error) {
	if b, err := readBuilt(dir); err == nil {
		return b, nil
	}
	// A build that was cut short leaves no builtFile; begin again.
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o750)); err != nil {
		return built{}, err
	}
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "watercooler.db"), db.Options{})
	if err != nil {
		return built{}, fmt.Errorf("open the corpus: %w", err)
	}
	b, err := build(ctx, d, say)
	if err = errors.Join(err, d.Close()); err != nil {
		return built{}, err
	}
	return b, b.keep(dir)
}

// keep writes b beside the corpus, which is whole with that.
func (b built) keep(dir string) error {
	raw, err := json.Marshal(b)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, builtFile), raw, 0o640)
}

// build writes the corpus through the use cases that importers use, so that every rule, rendering and event has its part in
// the rate.
func build(ctx context.Context, d *db.DB, say io.Writer) (built, error) {
	if _, err := d.Migrate(ctx); err != nil {
		return built{}, err
	}
	scratch, err := os.MkdirTemp("", "watercooler-bench")
	if err != nil {
		return built{}, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // only an empty folder for photos is in it
	photos, err := files.Open(scratch)
	if err != nil {
		return built{}, err
	}
	subjects := topics.New(d, time.Now)
	talk := threads.New(d, topicSource{subjects}, time.Now)
	b := builder{
		db: d, say: say, corpus: newCorpus(),
		people: people.New(d, photos, time.Now), topics: subjects, threads: talk,
		networks: networks.New(d, talk, time.Now), places: make(map[string]int64, networkCount),
	}
	start := time.Now()
	if err := b.run(ctx); err != nil {
		return built{}, fmt.Errorf("build the corpus: %w", err)
	}
	took := time.Since(start)
	if err := addAccount(ctx, d); err != nil {
		return built{}, fmt.Errorf("add the account that measures: %w", err)
	}
	return built{Records: peopleCount + len(topicNames) + networkCount + threadCount + replyCount, Took: took}, nil
}

type builder struct {
	db       *db.DB
	corpus   *corpus
	people   *people.Service
	topics   *topics.Service
	threads  *threads.Service
	networks *networks.Service
	places   map[string]int64 // ids of the networks, by external id
	say      io.Writer
}

// batchSize is how many records go into one transaction: as importers do it.
const batchSize = 1_000

func (b *builder) run(ctx context.Context) error {
	err := b.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := b.people.Found(ctx, tx, "Benchshire Council")
		return err
	})
	if err != nil {
		return err
	}
	var subjects []topics.Record
	for i := range topicNames {
		subjects = append(subjects, b.corpus.topic(i))
	}
	err = b.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := b.topics.ImportTopics(ctx, tx, subjects)
		return err
	})
	if err != nil {
		return err
	}
	err = inBatches(ctx, b, "people", peopleCount, func(yield func(people.Record)) {
		for i := range peopleCount {
			yield(b.corpus.person(i))
		}
	}, func(tx *db.Tx, list []people.Record) error {
		_, err := b.people.ImportPeople(ctx, tx, list)
		return err
	})
	if err != nil {
		return err
	}
	err = inBatches(ctx, b, "networks", networkCount, func(yield func(networks.NetworkRecord)) {
		for i := range networkCount {
			yield(b.corpus.network(i))
		}
	}, func(tx *db.Tx, list []networks.NetworkRecord) error {
		out, err := b.networks.ImportNetworks(ctx, tx, list)
		maps.Copy(b.places, out.IDs)
		return err
	})
	if err != nil {
		return err
	}
	err = inBatches(ctx, b, "threads", threadCount, func(yield func(threads.ThreadRecord)) {
		for i := range threadCount {
			yield(b.thread(i))
		}
	}, func(tx *db.Tx, list []threads.ThreadRecord) error {
		out, err := b.threads.ImportThreads(ctx, tx, list)
		return errors.Join(err, refused(out))
	})
	if err != nil {
		return err
	}
	return inBatches(ctx, b, "replies", replyCount, func(yield func(threads.ReplyRecord)) {
		for i, n := range b.corpus.replies {
			for k := range n {
				yield(b.corpus.reply(i, k))
			}
		}
	}, func(tx *db.Tx, list []threads.ReplyRecord) error {
		out, err := b.threads.ImportReplies(ctx, tx, list)
		return errors.Join(err, refused(out))
	})
}

// thread returns thread i in the network it lives in.
func (b *builder) thread(i int) threads.ThreadRecord {
	t := b.corpus.thread(i)
	n, within := b.corpus.placeOf(i, t.Audience)
	if n < 0 {
		return t
	}
	t.Network = b.places[networkID(n)]
	if within {
		t.Audience = auth.NetworkAudience(t.Network)
	}
	return t
}

func refused(out threads.Outcome) error {
	if len(out.Skipped) == 0 {
		return nil
	}
	return fmt.Errorf("%d records were refused; the first: %s: %s", len(out.Skipped), out.Skipped[0].ExternalID, out.Skipped[0].Reason)
}

// inBatches writes all records, a transaction each batchSize of them.
func inBatches[T any](ctx context.Context, b *builder, what string, total int, all func(yield func(T)), write func(tx *db.Tx, list []T) error) error {
	var (
		list []T
		done int
		err  error
	)
	flush := func() {
		if err != nil || len(list) == 0 {
			return
		}
		err = b.db.Tx(ctx, func(tx *db.Tx) error { return write(tx, list) })
		if done += len(list); done%20_000 == 0 || done == total {
			_, _ = fmt.Fprintf(b.say, "corpus: %d of %d %s\n", done, total, what)
		}
		list = list[:0]
	}
	all(func(r T) {
		if list = append(list, r); len(list) == batchSize {
			flush()
		}
	})
	flush()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// addAccount lets accountPerson sign in through the form.
func addAccount(ctx context.Context, d *db.DB) error {
	log := slog.New(slog.DiscardHandler)
	accounts, err := auth.New(d, kv.NewSQL(d, time.Now), auth.Config{BaseURL: "http://127.0.0.1"}, time.Now, log)
	if err != nil {
		return err
	}
	password, err := accounts.Hash(ctx, accountPassword)
	if err != nil {
		return err
	}
	var person int64
	if err := d.QueryRow(ctx, "SELECT id FROM people WHERE external_id = $1", personID(accountPerson)).Scan(&person); err != nil {
		return err
	}
	return d.Tx(ctx, func(tx *db.Tx) error {
		_, err := accounts.Create(ctx, tx, auth.NewAccount{Person: person, Email: accountEmail, Verified: true, Password: password})
		return err
	})
}

// topicSource lends the topics to the conversations, as the hub's own wiring does.
type topicSource struct{ topics *topics.Service }

func (t topicSource) Resolve(ctx context.Context, names []string) ([]threads.Topic, []string, error) {
	known, unknown, err := t.topics.Resolve(ctx, names)
	return threadTopics(known), unknown, err
}

func (t topicSource) Suggest(ctx context.Context, text string, limit int) ([]threads.Topic, error) {
	list, err := t.topics.Suggest(ctx, text, limit)
	return threadTopics(list), err
}

func threadTopics(list []topics.Topic) []threads.Topic {
	out := make([]threads.Topic, len(list))
	for i, t := range list {
		out[i] = threads.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return out
}
