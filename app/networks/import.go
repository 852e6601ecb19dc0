package networks

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
)

// NetworkRecord is one network as a source outside the hub describes it.
type NetworkRecord struct {
	ExternalID string // required, unique for ever, such as "sample/network/rural-transport"
	Slug       string // wished for; "" makes one from the name
	Name       string
	Purpose    string
	About      string // Markdown
	Access     Access
	Public     bool
	CreatedAt  time.Time // zero: now
	FinishedAt time.Time // zero: it goes on
	Hash       string    // of the whole record: equal means there is nothing to write
	Members    []MemberRecord
	Parents    []string // external ids of the networks it has joined; may come later in the same call
}

// MemberRecord is one person in a NetworkRecord. Somebody whom the hub does not know is left out.
type MemberRecord struct {
	PersonExternalID string
	PersonID         int64 // instead of PersonExternalID, when it is known
	Steward          bool
	State            State // "" is Member
	Note             string
	At               time.Time // zero: when the network was made
}

// Outcome is what an import did. IDs has every record of the call, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	IDs                         map[string]int64 // external id → id in the hub
}

// ImportNetworks writes what a source says about networks, in tx. A record whose Hash is the one already kept writes nothing,
// so importing twice changes nothing. A changed record changes the words, adds people and links, and takes none away: people
// may have joined and left here since. A link that would close a circle is left out. What was written is one import.batch event.
func (s *Service) ImportNetworks(ctx context.Context, tx *db.Tx, list []NetworkRecord) (Outcome, error) {
	s.moved(tx)
	im := importer{tx: tx, threads: s.threads, out: Outcome{IDs: make(map[string]int64, len(list))}}
	if err := im.run(ctx, list); err != nil {
		return Outcome{}, fmt.Errorf("import networks: %w", err)
	}
	return im.out, nil
}

// importer is one call of ImportNetworks.
type importer struct {
	tx      *db.Tx
	threads Narrower
	known   map[string]imported // as the hub had them, by external id
	people  map[string]int64    // by external id
	out     Outcome
	wrote   []int64
}

// imported is what the hub keeps of a record.
type imported struct {
	id   int64
	slug string
	hash string
}

func (im *importer) run(ctx context.Context, list []NetworkRecord) (err error) {
	var people []string
	for i, r := range list {
		if r.ExternalID == "" || spaced(r.Name) == "" || !r.Access.valid() {
			return errs.Invalidf("Network %d of %d has no id, no name or no access.", i+1, len(list))
		}
		for _, m := range r.Members {
			people = append(people, m.PersonExternalID)
		}
	}
	if im.known, err = selectImported(ctx, im.tx); err != nil {
		return err
	}
	if im.people, err = selectPeopleImported(ctx, im.tx, people); err != nil {
		return err
	}
	var changed []NetworkRecord
	for _, r := range list {
		wrote, err := im.one(ctx, r)
		if err != nil {
			return fmt.Errorf("%s: %w", r.ExternalID, err)
		}
		if wrote {
			changed = append(changed, r)
		}
	}
	if len(changed) > 0 {
		if err := holdLinks(ctx, im.tx); err != nil {
			return err
		}
	}
	for _, r := range changed { // once all of them are there
		if err := im.join(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", r.ExternalID, err)
		}
	}
	return im.tell(ctx)
}

// one writes the network r describes and its people, and reports whether there was anything to write.
func (im *importer) one(ctx context.Context, r NetworkRecord) (bool, error) {
	old, ok := im.known[r.ExternalID]
	if ok && r.Hash != "" && old.hash == r.Hash {
		im.out.IDs[r.ExternalID] = old.id
		im.out.Unchanged++
		return false, nil
	}
	n := Network{
		ID: old.id, Slug: old.slug, Name: cut(spaced(r.Name), MaxName), Purpose: cut(spaced(r.Purpose), MaxPurpose),
		About: strings.TrimSpace(r.About), Access: r.Access, CreatedAt: r.CreatedAt, FinishedAt: r.FinishedAt,
	}
	if n.CreatedAt.IsZero() {
		n.CreatedAt = im.tx.Now()
	}
	var err error
	if n.AboutHTML, err = aboutHTML(n.About); err != nil {
		return false, errs.Invalidf("%s", err.Error())
	}
	if ok {
		err = im.change(ctx, r, &n)
	} else {
		err = im.create(ctx, r, &n)
	}
	if err != nil {
		return false, err
	}
	im.known[r.ExternalID] = imported{id: n.ID, slug: n.Slug, hash: r.Hash}
	im.out.IDs[r.ExternalID] = n.ID
	im.wrote = append(im.wrote, n.ID)
	return true, im.fill(ctx, n, r.Members)
}

func (im *importer) create(ctx context.Context, r NetworkRecord, n *Network) (err error) {
	if n.Slug, err = freeSlug(ctx, im.tx, cmp.Or(r.Slug, n.Name)); err != nil {
		return err
	}
	im.out.Created++
	return insertNetwork(ctx, im.tx, r.ExternalID, r.Hash, n, r.Public)
}

func (im *importer) change(ctx context.Context, r NetworkRecord, n *Network) error {
	before, err := selectNetwork(ctx, im.tx, n.Slug)
	if err != nil {
		return err
	}
	n.Audience = n.audience(r.Access, r.Public)
	if err := updateNetwork(ctx, im.tx, *n); err != nil {
		return err
	}
	if err := updateHash(ctx, im.tx, n.ID, r.Hash); err != nil {
		return err
	}
	if _, err := updateFinished(ctx, im.tx, n.ID, n.Finished()); err != nil {
		return err
	}
	im.out.Changed++
	if narrower(before, *n) {
		return im.threads.NarrowNetwork(ctx, im.tx, n.ID)
	}
	return nil
}

// fill adds the people of a record who are not in the network yet.
func (im *importer) fill(ctx context.Context, n Network, list []MemberRecord) error {
	for _, m := range list {
		person := cmp.Or(m.PersonID, im.people[m.PersonExternalID])
		if person == 0 {
			continue
		}
		at := m.At
		if at.IsZero() {
			at = n.CreatedAt
		}
		state := cmp.Or(m.State, Member)
		row := member{state: state, steward: m.Steward && state == Member, note: cut(strings.TrimSpace(m.Note), MaxNote)}
		if err := insertMember(ctx, im.tx, n.ID, person, row, db.Micros(at)); err != nil {
			return err
		}
	}
	return nil
}

// join links a network to those it has joined.
func (im *importer) join(ctx context.Context, r NetworkRecord) error {
	child := im.out.IDs[r.ExternalID]
	for _, external := range r.Parents {
		parent, ok := im.known[external]
		if !ok {
			continue
		}
		circle, err := reaches(ctx, im.tx, child, parent.id)
		if err != nil {
			return err
		}
		if circle {
			continue
		}
		if err := upsertLink(ctx, im.tx, parent.id, child, linkMember, 0); err != nil {
			return err
		}
	}
	return nil
}

func (im *importer) tell(ctx context.Context) error {
	return event.AppendBatch(ctx, im.tx, map[string][]int64{"networks": im.wrote})
}

// cut returns s without what goes past limit characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	if r := []rune(s); len(r) > limit {
		return strings.TrimSpace(string(r[:limit]))
	}
	return s
}
