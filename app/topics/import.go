package topics

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
)

// Record is one topic as a source outside the hub describes it.
type Record struct {
	ExternalID  string // required, unique for ever, such as "stackexchange/SITE/tag/12"
	Name        string
	Slug        string // wished for, and then the topic is as it is in an archive; "" makes one from the name
	Description string
	Synonyms    []string
	Broader     string // name of the broader topic; may come later in the same call
}

// Outcome is what an import did. IDs has every record of the call, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	IDs                         map[string]int64 // external id → id in the hub
}

// ImportTopics writes what a source says about topics, in tx. A record whose name, or whose words, the hub knows already is
// that topic: two sources that speak of "git" share it, and what a moderator wrote about it is not written over. Synonyms
// that belong to another topic are left out. Importing twice changes nothing; what was written is one import.batch event.
func (s *Service) ImportTopics(ctx context.Context, tx *db.Tx, list []Record) (Outcome, error) {
	snap, err := read(ctx, tx)
	if err != nil {
		return Outcome{}, fmt.Errorf("import topics: %w", err)
	}
	external, err := selectExternal(ctx, tx)
	if err != nil {
		return Outcome{}, fmt.Errorf("import topics: %w", err)
	}
	im := importer{tx: tx, snap: snap, external: external, made: make(map[int64]bool), wrote: make(map[int64]bool), out: Outcome{IDs: make(map[string]int64, len(list))}}
	if err := im.run(ctx, list); err != nil {
		return Outcome{}, fmt.Errorf("import topics: %w", err)
	}
	if len(im.wrote) > 0 {
		s.changed(tx)
	}
	return im.out, nil
}

// importer is one call of ImportTopics.
type importer struct {
	tx       *db.Tx
	snap     *snapshot        // as it will be
	external map[string]int64 // external id → id
	made     map[int64]bool   // by this call
	wrote    map[int64]bool
	order    []int64 // of wrote
	out      Outcome
}

func (im *importer) run(ctx context.Context, list []Record) error {
	for i, r := range list {
		if r.ExternalID == "" || markup.Fold(r.Name) == "" {
			return errs.Invalidf("Topic %d of %d has no id or no name.", i+1, len(list))
		}
		if err := im.one(ctx, r); err != nil {
			return fmt.Errorf("%s: %w", r.ExternalID, err)
		}
	}
	for _, r := range list { // once all names are known
		if err := im.hang(ctx, im.out.IDs[r.ExternalID], r.Broader); err != nil {
			return fmt.Errorf("%s: %w", r.ExternalID, err)
		}
	}
	im.count(list)
	return event.AppendBatch(ctx, im.tx, map[string][]int64{"topics": im.order})
}

// one makes the topic r describes, or finds it and adds the synonyms it brings.
func (im *importer) one(ctx context.Context, r Record) error {
	name := cut(spaced(r.Name), maxName)
	i, ok := im.snap.byID[im.external[r.ExternalID]]
	if !ok {
		i, ok = im.snap.position(name)
		if ok && r.Slug != "" && im.made[im.snap.all[i].ID] {
			ok = false // another topic of the same archive: they were two, whatever their names
		}
	}
	if !ok {
		t := Topic{Slug: im.snap.freeSlug(cmp.Or(r.Slug, name)), Name: name, Description: cut(strings.TrimSpace(r.Description), maxDescription)}
		t.Synonyms = im.free(name, r.Synonyms, 0)
		var err error
		if t.ID, err = insertTopic(ctx, im.tx, r.ExternalID, t); err != nil {
			return err
		}
		im.external[r.ExternalID] = t.ID
		im.snap.add(t)
		im.made[t.ID] = true
		im.out.IDs[r.ExternalID] = t.ID
		im.out.Created++
		im.mark(t.ID)
		return insertSynonyms(ctx, im.tx, t.ID, t.Synonyms)
	}
	t := im.snap.all[i]
	im.out.IDs[r.ExternalID] = t.ID
	extra := im.free(t.Name, r.Synonyms, t.ID)
	description := cut(strings.TrimSpace(r.Description), maxDescription)
	if t.Description != "" {
		description = t.Description
	}
	if len(extra) == 0 && description == t.Description {
		return nil
	}
	t.Synonyms = synonyms(t.Name, append(slices.Clone(t.Synonyms), extra...))
	t.Description = description
	im.snap.replace(i, t)
	im.mark(t.ID)
	return updateTopic(ctx, im.tx, t)
}

// free returns those of words that no topic has yet.
func (im *importer) free(name string, words []string, self int64) []string {
	var list []string
	for _, w := range synonyms(name, words) {
		if _, ok := im.snap.owner(w); !ok && len(list) < maxSynonyms {
			list = append(list, cut(w, maxName))
		}
	}
	if self == 0 {
		return list
	}
	i := im.snap.byID[self]
	return list[:min(len(list), max(0, maxSynonyms-len(im.snap.all[i].Synonyms)))]
}

// hang puts a topic under a broader one, unless it hangs somewhere already.
func (im *importer) hang(ctx context.Context, id int64, broader string) error {
	i, ok := im.snap.byID[id]
	if broader == "" || !ok || im.snap.all[i].Broader != 0 {
		return nil
	}
	above, ok := im.snap.meant(broader)
	if !ok || im.snap.under(above.ID, id) {
		return nil
	}
	t := im.snap.all[i]
	t.Broader = above.ID
	im.snap.replace(i, t)
	im.mark(id)
	return updateTopic(ctx, im.tx, t)
}

func (im *importer) mark(id int64) {
	if !im.wrote[id] {
		im.wrote[id] = true
		im.order = append(im.order, id)
	}
}

// count fills in how many records changed something and how many did not.
func (im *importer) count(list []Record) {
	for _, r := range list {
		if !im.wrote[im.out.IDs[r.ExternalID]] {
			im.out.Unchanged++
		}
	}
	im.out.Changed = len(list) - im.out.Unchanged - im.out.Created
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

// Redirect makes the address of a topic that is no more lead to another, in tx, as an archive says it did. An address that is in
// use, or leads somewhere already, stays as it is.
func (s *Service) Redirect(ctx context.Context, tx *db.Tx, slug string, topic int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO topic_redirects (slug, topic_id, created_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM topics t WHERE t.slug = $1)
		ON CONFLICT DO NOTHING`, slug, topic, db.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("redirect topic %q to %d: %w", slug, topic, err)
	}
	return nil
}
