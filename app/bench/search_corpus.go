package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/files"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// The corpus of the search benchmark.
const (
	searchVersion  = 1   // raise it when what is generated changes
	searchNetworks = 100 // closed ones; whoever measures is in one of five
	mineEvery      = 5
	perThread      = 6  // documents: a thread and five replies, on average
	codeEvery      = 50 // documents with a reference of their own
)

// searchDoc is a thread or a reply, as the contenders keep it.
type searchDoc struct {
	id      int
	thread  int // number of the thread
	opens   bool
	title   string // of the thread, also for its replies
	body    string
	author  int
	kind    string
	at      time.Time
	network int // -1 for everyone signed in
}

// searchCorpus makes the same documents every time, of which nothing is kept.
type searchCorpus struct {
	chat *chatter
	size int
}

// each calls do with the documents in order, threads before their replies.
func (s *searchCorpus) each(do func(d *searchDoc) error) error {
	id, thread := 0, 0
	for id < s.size {
		rng := source("search thread", thread)
		d := searchDoc{thread: thread, opens: true, network: -1, kind: "discussion", author: s.author(rng)}
		if rng.IntN(3) > 0 {
			d.kind = "question"
		}
		if rng.IntN(5) > 0 { // four of five are for the members of a network
			d.network = rng.IntN(searchNetworks)
		}
		d.title = strings.TrimRight(s.chat.text(s.chat.say(rng, 4+rng.IntN(7))), ".,;:?! ")
		d.at = corpusEnd.Add(-time.Duration(s.size-id) * 30 * time.Second)
		for n := 1 + rng.IntN(2*perThread-1); n > 0 && id < s.size; n-- {
			d.id = id
			d.body = s.chat.message(rng)
			if id%codeEvery == 0 {
				d.body += " See " + code(id) + "."
			}
			if err := do(&d); err != nil {
				return err
			}
			id++
			d.opens, d.author, d.at = false, s.author(rng), d.at.Add(90*time.Second)
		}
		thread++
	}
	return nil
}

// code is the reference in document id.
func code(id int) string { return fmt.Sprintf("WK-%d/%d", 1000+id/codeEvery, id%7) }

func (s *searchCorpus) author(rng *rand.Rand) int {
	u := rng.Float64()
	return int(float64(peopleCount) * u * u * u)
}

// prepareSearch makes the data folder of a hub with the corpus, unless it is there: database and all, without an index.
func (s *searchCorpus) prepare(ctx context.Context, dir string, say io.Writer) (built, error) {
	if b, err := readBuilt(dir); err == nil {
		return b, nil
	}
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o750)); err != nil {
		return built{}, err
	}
	d, err := db.Open(ctx, "sqlite:"+filepath.Join(dir, "watercooler.db"), db.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return built{}, err
	}
	begin := time.Now()
	raw, err := s.write(ctx, d, say)
	if err = errors.Join(err, d.Close()); err != nil {
		return built{}, err
	}
	b := built{Records: s.size, Took: time.Since(begin), Raw: raw}
	return b, b.keep(dir)
}

// write puts the corpus into a hub through the use cases of importers and returns how many bytes of text it has.
func (s *searchCorpus) write(ctx context.Context, d *db.DB, say io.Writer) (raw int64, err error) {
	if _, err := d.Migrate(ctx); err != nil {
		return 0, err
	}
	scratch, err := os.MkdirTemp("", "watercooler-bench")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(scratch) }() // only an empty folder for photos is in it
	photos, err := files.Open(scratch)
	if err != nil {
		return 0, err
	}
	subjects := topics.New(d, time.Now)
	talk := threads.New(d, topicSource{subjects}, time.Now)
	b := &builder{
		db: d, say: say, corpus: newCorpus(), people: people.New(d, photos, time.Now), topics: subjects, threads: talk,
		networks: networks.New(d, talk, time.Now), places: make(map[string]int64, searchNetworks),
	}
	if err := b.persons(ctx); err != nil {
		return 0, err
	}
	if err := b.circles(ctx); err != nil {
		return 0, err
	}
	if raw, err = s.talk(ctx, b); err != nil {
		return 0, err
	}
	return raw, addAccount(ctx, d)
}

// persons brings in the organisation and its people.
func (b *builder) persons(ctx context.Context) error {
	err := b.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := b.people.Found(ctx, tx, "Benchshire Council")
		return err
	})
	if err != nil {
		return err
	}
	return inBatches(ctx, b, "people", peopleCount, func(yield func(people.Record)) {
		for i := range peopleCount {
			yield(b.corpus.person(i))
		}
	}, func(tx *db.Tx, list []people.Record) error {
		_, err := b.people.ImportPeople(ctx, tx, list)
		return err
	})
}

// circles brings in closed networks, of which whoever measures is in one of mineEvery.
func (b *builder) circles(ctx context.Context) error {
	return inBatches(ctx, b, "networks", searchNetworks, func(yield func(networks.NetworkRecord)) {
		for i := range searchNetworks {
			r := networks.NetworkRecord{
				ExternalID: networkID(i), Slug: "circle-" + strconv.Itoa(i), Name: "Circle " + strconv.Itoa(i), Purpose: "Where it is talked about.",
				Access: networks.Closed, CreatedAt: corpusEnd.AddDate(-2, 0, 0), Hash: "1",
				Members: []networks.MemberRecord{{PersonExternalID: personID(i), Steward: true}},
			}
			if i%mineEvery == 0 && i != accountPerson {
				r.Members = append(r.Members, networks.MemberRecord{PersonExternalID: personID(accountPerson)})
			}
			yield(r)
		}
	}, func(tx *db.Tx, list []networks.NetworkRecord) error {
		out, err := b.networks.ImportNetworks(ctx, tx, list)
		for k, id := range out.IDs {
			b.places[k] = id
		}
		return err
	})
}

// talk writes threads and their replies, batchSize of each at a time.
func (s *searchCorpus) talk(ctx context.Context, b *builder) (raw int64, err error) {
	var (
		opened  []threads.ThreadRecord
		replies []threads.ReplyRecord
		done    int
	)
	flush := func() error {
		err := b.db.Tx(ctx, func(tx *db.Tx) error {
			out, err := b.threads.ImportThreads(ctx, tx, opened)
			if err = errors.Join(err, refused(out)); err != nil {
				return err
			}
			out, err = b.threads.ImportReplies(ctx, tx, replies)
			return errors.Join(err, refused(out))
		})
		if before := done; done/100_000 < (before+len(opened)+len(replies))/100_000 {
			_, _ = fmt.Fprintf(b.say, "corpus: %d of %d documents\n", before+len(opened)+len(replies), s.size)
		}
		done += len(opened) + len(replies)
		opened, replies = opened[:0], replies[:0]
		return err
	}
	err = s.each(func(d *searchDoc) error {
		raw += int64(len(d.body))
		if !d.opens {
			replies = append(replies, threads.ReplyRecord{
				ExternalID: "s/" + strconv.Itoa(d.id), ThreadExternalID: threadID(d.thread), Body: d.body, AuthorExternalID: personID(d.author), CreatedAt: d.at, Hash: "1",
			})
			return nil
		}
		if len(opened)+len(replies) >= 2*batchSize {
			if err := flush(); err != nil {
				return err
			}
		}
		raw += int64(len(d.title))
		t := threads.ThreadRecord{
			ExternalID: threadID(d.thread), Kind: threads.Kind(d.kind), Title: d.title, Body: d.body, AuthorExternalID: personID(d.author), CreatedAt: d.at,
			Unfollowed: true, Hash: "1",
		}
		if d.network >= 0 {
			t.Network = b.places[networkID(d.network)]
			t.Audience = auth.NetworkAudience(t.Network)
		}
		opened = append(opened, t)
		return nil
	})
	return raw, errors.Join(err, flush())
}
