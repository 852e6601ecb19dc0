package importers

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/app/people"
)

// wordpressAuthor is somebody who wrote on the site, with an account or without.
type wordpressAuthor struct {
	external string // without the prefix
	name     string
	login    string
	email    string
	account  bool // the site knows who they are; anybody can type any address under a comment
	wroteAt  time.Time
	posts    int   // published
	id       int64 // of somebody who is in the hub already
}

// wrote notes when somebody wrote something.
func (a *wordpressAuthor) wrote(at time.Time) {
	if !at.IsZero() && (a.wroteAt.IsZero() || at.Before(a.wroteAt)) {
		a.wroteAt = at
	}
}

func (x *wordpress) keepAuthor(a wxrAuthor) error {
	if a.Login == "" {
		return nil
	}
	name := plainWords(cmp.Or(a.Shown, strings.TrimSpace(a.First+" "+a.Last), a.Login))
	if full := plainWords(strings.TrimSpace(a.First + " " + a.Last)); a.First != "" && a.Last != "" && markup.Fold(name) == markup.Fold(a.Login) {
		name = full
	}
	known := &wordpressAuthor{external: "user/" + a.Login, name: cmp.Or(name, a.Login), login: a.Login, email: strings.ToLower(a.Email), account: true}
	x.authors[a.Login] = known
	if a.ID != "" {
		x.byUser[a.ID] = known
	}
	return nil
}

// authorOf returns who wrote a post. Version 1.0 lists no authors, so whoever is named is one.
func (x *wordpress) authorOf(creator string) *wordpressAuthor {
	if creator == "" {
		creator = unknownAuthor
	}
	a := x.authors[creator]
	if a == nil {
		a = &wordpressAuthor{external: "user/" + creator, name: cmp.Or(plainWords(creator), unknownAuthor), login: creator, account: true}
		x.authors[creator] = a
	}
	return a
}

// speaker returns who wrote a comment: an author, or somebody told apart by their address, or else their name.
//
// SECURITY: a digest, because external ids are in the export and the address must not be. Without an account on the site an
// address proves nothing, so it is never matched with that of somebody in the hub.
func (x *wordpress) speaker(c *wxrComment) *wordpressAuthor {
	account := c.User != "" && c.User != "0"
	if account {
		if a := x.byUser[c.User]; a != nil {
			return a
		}
		for _, login := range sortedKeys(x.authors) {
			if a := x.authors[login]; a.email != "" && a.email == strings.ToLower(c.Email) {
				return a
			}
		}
	}
	name := plainWords(c.Author)
	external := "person/" + digest(strings.ToLower(cmp.Or(c.Email, name)))
	if account {
		external = "user/number/" + c.User
	}
	a := x.commenters[external]
	if a == nil {
		a = &wordpressAuthor{external: external, name: cmp.Or(name, "Anonymous"), account: account}
		if account {
			a.email = strings.ToLower(c.Email)
		}
		x.commenters[external] = a
	}
	return a
}

// everybody returns who wrote something or has an account, in order of their external ids.
func (x *wordpress) everybody() []*wordpressAuthor {
	var list []*wordpressAuthor
	for _, login := range sortedKeys(x.authors) {
		list = append(list, x.authors[login])
	}
	for _, external := range sortedKeys(x.commenters) {
		list = append(list, x.commenters[external])
	}
	return list
}

// findPeople finds those with accounts on the site who are in the hub already: by their address, or by their login when it is
// the handle of somebody of the same name.
func (x *wordpress) findPeople(ctx context.Context) error {
	var texts []string
	for _, a := range x.everybody() {
		if a.account {
			texts = append(texts, a.email, markup.Slug(a.login))
		}
	}
	slices.Sort(texts)
	texts = slices.DeleteFunc(slices.Compact(texts), func(s string) bool { return s == "" })
	type found struct {
		id                    int64
		external, email, name string
		handle                string
	}
	byEmail, byHandle := map[string]found{}, map[string]found{}
	for part := range slices.Chunk(texts, batchSize) {
		part = db.Pad(part)
		in := db.In(1, len(part))
		rows, err := x.DB.Query(ctx, `
			SELECT p.id, COALESCE(p.external_id, ''), p.email, p.name, p.handle
			FROM people p
			WHERE (p.email IN (`+in+`) OR p.handle IN (`+in+`)) AND p.left_at IS NULL
			ORDER BY p.id DESC
			LIMIT 2000`, db.Args(part)...)
		list, err := db.Collect(rows, err, func(r db.Scanner) (f found, err error) {
			return f, r.Scan(&f.id, &f.external, &f.email, &f.name, &f.handle)
		})
		if err != nil {
			return err
		}
		for _, f := range list {
			if strings.HasPrefix(f.external, x.prefix) {
				continue // an earlier import of this site made them
			}
			byEmail[strings.ToLower(f.email)], byHandle[f.handle] = f, f
		}
	}
	for _, a := range x.everybody() {
		if !a.account {
			continue
		}
		if f, ok := byEmail[a.email]; ok && a.email != "" {
			a.id = f.id
		} else if f, ok := byHandle[markup.Slug(a.login)]; ok && a.login != "" && markup.Fold(f.name) == markup.Fold(a.name) {
			a.id = f.id
		}
	}
	return nil
}

func (x *wordpress) writePeople(ctx context.Context) error {
	if err := x.findPeople(ctx); err != nil {
		return err
	}
	all := x.everybody()
	x.Progress.Start("People", len(all))
	x.report.read("people", len(all))
	out := x.people(ctx, "people")
	for _, a := range all {
		if a.id != 0 {
			x.report.count("people").Unchanged++
			x.report.note("%s is in the hub already and keeps what they wrote on the site.", a.name)
			continue
		}
		rec := people.Record{ExternalID: x.prefix + a.external, Name: a.name, Organisation: x.Organisation, CreatedAt: a.wroteAt}
		if x.Organisation == "" && a.account {
			rec.Email = a.email
		}
		if rec.CreatedAt.IsZero() { // the same whenever it is imported
			if err := fill(&rec.Hash, rec); err != nil {
				return err
			}
		}
		if err := out.add(rec); err != nil {
			return err
		}
	}
	return out.flush()
}

// externalOf returns how a record names an author: by external id, or by the id of somebody who was in the hub before.
func (x *wordpress) externalOf(a *wordpressAuthor) (external string, id int64) {
	if a.id != 0 {
		return "", a.id
	}
	return x.prefix + a.external, 0
}
