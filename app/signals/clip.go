package signals

import (
	"cmp"
	"context"
	"fmt"
	"html"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// maxSource is how long the name of a paper, body or site may be, in characters.
const maxSource = 80

// Clip makes a signal of an item and returns its thread. why is a sentence on why it matters, "" for none. It goes where its source is:
// to everyone signed in, or into the network whose source it is, for whom threads there usually are. Of several people who clip
// one item at once the first makes the thread, and the others get it.
func (s *Service) Clip(ctx context.Context, v auth.Viewer, id int64, why string) (thread int64, err error) {
	i, err := s.Find(ctx, v, id)
	if err != nil {
		return 0, err
	}
	audience, err := s.usual(ctx, v, i.Network)
	if err != nil {
		return 0, fmt.Errorf("clip item %d: %w", id, err)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		claimed, err := claimItem(ctx, tx, id)
		if err != nil {
			return err
		}
		if i, err = find(ctx, tx, v, id); err != nil {
			return err
		}
		if !claimed {
			if thread = i.Thread; thread == 0 || i.State != Clipped {
				return noItem
			}
			return nil
		}
		post := threads.NewPost{Title: clip(i.Title, threads.MaxTitle), Body: bodyOf(why, i.Summary), Audience: audience, Network: i.Network.ID}
		if i.Topic != "" {
			post.Topics = []string{i.Topic}
		}
		o := Origin{URL: i.URL, Kind: i.Kind, Source: clip(i.Source, maxSource), Published: i.Published}
		if thread, err = s.open(ctx, tx, v, post, o, id); err != nil {
			return err
		}
		return updateItem(ctx, tx, id, Clipped, thread)
	})
	if err != nil {
		return 0, fmt.Errorf("clip item %d: %w", id, err)
	}
	return thread, nil
}

// usual is whom a signal from a network's source is for, or from everyone's.
func (s *Service) usual(ctx context.Context, v auth.Viewer, network threads.Place) (string, error) {
	if network.ID == 0 {
		return auth.AudienceHub, nil
	}
	reach, err := s.threads.Reach(ctx, v)
	if err != nil {
		return "", err
	}
	for _, h := range reach.Homes {
		if h.ID == network.ID {
			return h.Audiences[0], nil
		}
	}
	return "", errs.Conflictf("%s has ended its work, so nothing new begins there.", network.Name)
}

// open makes the thread of a signal, with where it comes from, and the event; item is what it was made of, 0 for nothing.
func (s *Service) open(ctx context.Context, tx *db.Tx, v auth.Viewer, post threads.NewPost, o Origin, item int64) (int64, error) {
	id, err := s.threads.OpenRoom(ctx, tx, v, threads.Signal, post)
	if err != nil {
		return 0, err
	}
	o.Thread = id
	if err := insertSignal(ctx, tx, o); err != nil {
		return 0, err
	}
	e := event.Event{Actor: v.Person, Verb: "signal.clipped", Object: event.Ref{Kind: "thread", ID: id}, Audience: post.Audience}
	if item != 0 {
		e.Target = event.Ref{Kind: "signal_item", ID: item}
	}
	return id, event.Append(ctx, tx, e)
}

// bodyOf is what stands in a signal: why it matters, in the words of whoever clipped it, and what the source said of it as a quotation.
func bodyOf(why, summary string) string {
	why = strings.TrimSpace(why)
	if summary == "" {
		return why
	}
	// Through HTML, because markup knows how to write plain words as Markdown that says the same.
	quoted := "> " + strings.ReplaceAll(strings.TrimSpace(markup.FromHTML("<p>"+html.EscapeString(summary)+"</p>")), "\n", "\n> ")
	if why == "" {
		return quoted
	}
	return why + "\n\n" + quoted
}

// Shared is a page on the web that somebody thinks others should know of.
type Shared struct {
	URL       string
	Title     string
	Source    string // "" is the name of the site
	Kind      Kind
	Published time.Time // zero is now
	Why       string    // Markdown, may be empty
	Topics    []string  // names, as typed
	Audience  string
	Network   int64 // that v is a member of, 0 for none
	Again     bool  // although it is here already
}

// Share makes a signal of a page and returns its thread. When v can read that it is here already, it is a mistake in the field url
// unless Again says that it is meant. Mistakes come back together, one field each.
func (s *Service) Share(ctx context.Context, v auth.Viewer, in Shared) (id int64, err error) {
	if !v.SignedIn() {
		return 0, signIn
	}
	u, problems := s.checkShared(&in)
	if u != "" && !in.Again {
		known, err := s.Already(ctx, v, u)
		if err != nil {
			return 0, err
		}
		if len(known) > 0 {
			problems = append(problems, errs.Field{Name: "url", Text: "This is here already. Add to what is said about it, or share it once more."})
		}
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		o := Origin{URL: u, Kind: in.Kind, Source: in.Source, Published: in.Published}
		if o.Published.IsZero() || o.Published.After(tx.Now()) {
			o.Published = tx.Now()
		}
		post := threads.NewPost{Title: in.Title, Body: in.Why, Topics: in.Topics, Audience: in.Audience, Network: in.Network}
		id, err = s.open(ctx, tx, v, post, o, 0)
		e := errs.As(err)
		if len(problems) > 0 && (err == nil || e != nil && e.Kind == errs.Invalid) {
			if e != nil {
				problems = append(problems, named(e.Fields)...)
			}
			return errs.InvalidFields(problems...)
		}
		if e != nil && e.Kind == errs.Invalid {
			return errs.InvalidFields(named(e.Fields)...)
		}
		if err != nil {
			return err
		}
		return clipAlike(ctx, tx, Key(u), in.Audience, id)
	})
	if err != nil {
		return 0, fmt.Errorf("share a page: %w", err)
	}
	return id, nil
}

// named calls the text of a thread what the form of a signal calls it.
func named(fields []errs.Field) []errs.Field {
	fields = slices.Clone(fields)
	for i := range fields {
		if fields[i].Name == "body" {
			fields[i].Name = "why"
		}
	}
	return fields
}

func (s *Service) checkShared(in *Shared) (address string, problems []errs.Field) {
	u, err := webAddress(in.URL)
	if err != nil {
		problems = append(problems, errs.As(err).Fields...)
	} else {
		address = u.String()
		in.Source = cmp.Or(clip(in.Source, 10*maxSource), strings.TrimPrefix(u.Hostname(), "www."))
	}
	if utf8.RuneCountInString(in.Source) > maxSource {
		problems = append(problems, errs.Field{Name: "source", Text: fmt.Sprintf("Shorten the name to %d characters.", maxSource)})
	}
	if !in.Kind.Valid() {
		problems = append(problems, errs.Field{Name: "kind", Text: "Choose what kind of source it is."})
	}
	return address, problems
}

// Known is a signal that is here already.
type Known struct {
	Thread  int64
	Title   string
	Replies int
	At      time.Time // when it was clipped
}

// Already returns the signals that lead to the same page as an address, as far as v may read them, the latest first.
func (s *Service) Already(ctx context.Context, v auth.Viewer, address string) ([]Known, error) {
	key := Key(address)
	if key == "" {
		return nil, nil
	}
	list, err := selectKnown(ctx, s.db, v, key)
	if err != nil {
		return nil, fmt.Errorf("look for signals of a page: %w", err)
	}
	return list, nil
}

// Query asks for part of what is going on. The zero Query is all of it.
type Query struct {
	Kind    Kind // "" is any
	Network int64
	Topic   int64
	Before  threads.Key // the page after this row
	Limit   int
}

// Signals returns signals that v may read, by last activity, and where the next page begins.
func (s *Service) Signals(ctx context.Context, v auth.Viewer, in Query) (list []Signal, older threads.Key, err error) {
	rows, err := selectOrigins(ctx, s.db, v, in)
	if err != nil {
		return nil, older, fmt.Errorf("list signals: %w", err)
	}
	if len(rows) > in.Limit {
		rows = rows[:in.Limit]
		older = rows[in.Limit-1].key
	}
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.Thread
	}
	items, err := s.threads.Some(ctx, v, ids)
	if err != nil {
		return nil, older, fmt.Errorf("list signals: %w", err)
	}
	for _, item := range items {
		i := slices.Index(ids, item.ID)
		list = append(list, Signal{Item: item, Origin: rows[i].Origin})
	}
	return list, older, nil
}

// Items returns items in a state that v sees, the latest first, and where the next page begins.
func (s *Service) Items(ctx context.Context, v auth.Viewer, state State, in Query) (list []Item, older threads.Key, err error) {
	if !v.SignedIn() {
		return nil, older, signIn
	}
	if list, err = selectItems(ctx, s.db, v, state, in); err != nil {
		return nil, older, fmt.Errorf("list items: %w", err)
	}
	if len(list) > in.Limit {
		list = list[:in.Limit]
		last := list[in.Limit-1]
		older = threads.Key{At: db.Micros(last.Published), ID: last.ID}
	}
	if err := addTellings(ctx, s.db, v, list); err != nil {
		return nil, older, fmt.Errorf("who else told of items: %w", err)
	}
	return list, older, nil
}

// Scope is what there is to look at, by what it can be narrowed by.
type Scope struct {
	Sources  int // that v sees
	Waiting  int // items to look at, in all of them
	Kinds    map[Kind]int
	Networks []Part // with sources of their own, by name
	Topics   []Part // of sources, by name
}

// Part is a network or topic of a Scope, with how much there is to look at.
type Part struct {
	ID         int64
	Slug, Name string
	Waiting    int
}

// Scope counts what waits for v to look at.
func (s *Service) Scope(ctx context.Context, v auth.Viewer) (Scope, error) {
	if !v.SignedIn() {
		return Scope{}, nil
	}
	rows, err := selectScope(ctx, s.db, v)
	if err != nil {
		return Scope{}, fmt.Errorf("count what waits: %w", err)
	}
	out := Scope{Sources: len(rows), Kinds: map[Kind]int{}}
	add := func(list *[]Part, p Part, n int) {
		if p.ID == 0 {
			return
		}
		i := slices.IndexFunc(*list, func(have Part) bool { return have.ID == p.ID })
		if i < 0 {
			i = len(*list)
			*list = append(*list, p)
		}
		(*list)[i].Waiting += n
	}
	for _, r := range rows {
		out.Waiting += r.waiting
		out.Kinds[r.kind] += r.waiting
		add(&out.Networks, r.network, r.waiting)
		add(&out.Topics, r.topic, r.waiting)
	}
	byName := func(a, b Part) int { return strings.Compare(markup.Fold(a.Name), markup.Fold(b.Name)) }
	slices.SortFunc(out.Networks, byName)
	slices.SortFunc(out.Topics, byName)
	return out, nil
}

// Topic returns the topic that a slug or name means.
func (s *Service) Topic(ctx context.Context, name string) (threads.Topic, error) {
	found, _, err := s.topics.Resolve(ctx, []string{name})
	if err != nil {
		return threads.Topic{}, fmt.Errorf("find topic: %w", err)
	}
	if len(found) == 0 {
		return threads.Topic{}, errs.NotFoundf("There is no such topic.")
	}
	return found[0], nil
}

// Place returns the network with a slug that v may know of.
func (s *Service) Place(ctx context.Context, v auth.Viewer, slug string) (threads.Place, error) {
	p, err := selectPlace(ctx, s.db, v, slug)
	if errs.IsNotFound(err) {
		err = noPlace.Because(err)
	}
	return p, err
}
