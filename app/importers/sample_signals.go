package importers

import (
	"context"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/signals"
	"watercooler/app/threads"
)

// sampleSourceID begins the external ids of the sources of signals.
const sampleSourceID = sampleSource + "/source/"

// sampleFeed is a source of signals with what it told of.
type sampleFeed struct {
	place
	signals.SourceRecord
	key, network, topic, by string
	since                   time.Duration
	items                   []sampleItem
}

// sampleItem is one thing that a source told of.
type sampleItem struct {
	place
	signals.ItemRecord
	ago     time.Duration
	clipped string // key of the thread that was made of it
	same    string // FEED/ITEM that told of it before
}

// parseSignals reads the sources of signals. Those that are told of by others before come first in the file.
func parseSignals() ([]sampleFeed, error) {
	const name = "signals.txt"
	text, err := readSample(name)
	if err != nil {
		return nil, err
	}
	blocks, err := parseBlocks(name, text)
	if err != nil {
		return nil, err
	}
	list := make([]sampleFeed, len(blocks))
	for i, b := range blocks {
		if list[i], err = b.feed(); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (b block) feed() (sampleFeed, error) {
	f := sampleFeed{place: b.place, key: b.get("key"), network: b.get("in"), topic: b.get("topic"), by: b.get("by")}
	if err := b.only("key", "kind", "url", "topic", "by", "in", "ago", "trouble"); err != nil || b.key != "source" {
		return f, b.problem("a block here is a source, with key, kind, url, topic, by, in, ago and trouble.")
	}
	f.SourceRecord = signals.SourceRecord{
		ExternalID: sampleSourceID + f.key, URL: b.get("url"), Title: b.title, Kind: signals.Kind(b.get("kind")), Trouble: b.get("trouble"),
		Paused: true, // nobody is visited for the sake of a sample
	}
	var err error
	if f.since, err = b.span("ago"); err != nil {
		return f, err
	}
	for _, part := range b.parts {
		item, err := part.item(f.URL)
		if err != nil {
			return f, err
		}
		f.items = append(f.items, item)
	}
	return f, nil
}

func (b block) item(feed string) (sampleItem, error) {
	i := sampleItem{place: b.place, clipped: b.get("clipped"), same: b.get("same")}
	if err := b.only("ago", "clipped", "same", "dismissed", "title"); err != nil {
		return i, err
	}
	site := strings.Join(strings.Split(feed, "/")[:3], "/")
	i.ItemRecord = signals.ItemRecord{GUID: b.key, URL: site + "/news/" + b.key, Title: b.get("title"), Summary: b.body, State: signals.Fresh}
	_, dismissed := b.find("dismissed")
	switch {
	case i.clipped != "":
		i.State = signals.Clipped
	case i.same != "":
		i.State = signals.Joined
	case dismissed:
		i.State = signals.Dismissed
	}
	var err error
	i.ago, err = b.span("ago")
	return i, err
}

// sampleSignal is where a thread of kind signal comes from.
type sampleSignal struct {
	signals.SignalRecord
	read bool
}

func (b block) signal() sampleSignal {
	_, read := b.find("read")
	return sampleSignal{signals.SignalRecord{URL: b.get("url"), Kind: signals.Kind(b.get("sort")), Source: b.get("from")}, read}
}

// writeSignals says where signals come from. They were published some hours before somebody clipped them, and read within a day.
func (s *sample) writeSignals(ctx context.Context) error {
	var list []signals.SignalRecord
	for _, t := range s.said {
		if t.Kind != threads.Signal {
			continue
		}
		r := t.signal.SignalRecord
		r.Once = true
		r.Thread, r.Published = s.threadIDs[t.ExternalID], t.CreatedAt.Add(-time.Duration(1+chance(t.ExternalID, 40))*time.Hour)
		if t.signal.read {
			r.ReadAt = within(t.CreatedAt, t.CreatedAt.Add(time.Duration(5+chance(t.ExternalID, 1200))*time.Minute), s.now)
		}
		list = append(list, r)
	}
	return s.all(ctx, "signals", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Signals.ImportSignals(ctx, tx, list)
		return outcomeOf(out), err
	})
}

func (s *sample) writeSources(ctx context.Context) error {
	topicIDs := s.topicNames()
	list := make([]signals.SourceRecord, len(s.feeds))
	for i, f := range s.feeds {
		list[i] = f.SourceRecord
		list[i].Network, list[i].Topic, list[i].AddedBy = s.networkIDs[sampleNetworkID+f.network], topicIDs[f.topic], s.personIDs[samplePersonID+f.by]
		list[i].CreatedAt, list[i].FetchedAt = before(s.now.Add(-f.since), f.ExternalID), s.now.Add(-time.Duration(5+chance(f.ExternalID, 50))*time.Minute)
	}
	var ids map[string]int64
	err := s.all(ctx, "sources", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Signals.ImportSources(ctx, tx, list)
		ids = out.IDs
		return outcomeOf(out), err
	})
	if err != nil {
		return err
	}
	return s.writeItems(ctx, ids)
}

// writeItems writes what sources told of, each source after those that told of something before it.
func (s *sample) writeItems(ctx context.Context, sources map[string]int64) error {
	known := map[string]int64{} // FEED/ITEM → id
	for _, f := range s.feeds {
		var list []signals.ItemRecord
		for _, i := range f.items {
			r := i.ItemRecord
			r.Source, r.Published, r.JoinedTo, r.Thread = sources[f.ExternalID], s.now.Add(-i.ago), known[i.same], s.threadIDs[sampleThreadID+i.clipped]
			list = append(list, r)
		}
		err := s.all(ctx, "items", len(list), func(tx *db.Tx) (outcome, error) {
			out, err := s.Signals.ImportItems(ctx, tx, list)
			for guid, id := range out.IDs {
				known[f.key+"/"+guid] = id
			}
			return outcomeOf(out), err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// topicNames returns the topics by name, as the files say it.
func (s *sample) topicNames() map[string]int64 {
	ids := make(map[string]int64, len(s.cast.topics))
	for _, t := range s.cast.topics {
		ids[t.Name] = s.topicIDs[t.ExternalID]
	}
	return ids
}
