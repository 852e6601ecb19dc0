package importers

import (
	"context"
	"regexp"
	"strconv"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// own recognises what this hub has exported itself. The hub knows such a row by its number and not by the name that the
// archive gave it, so it would be written a second time beside itself.
type own struct {
	db   *db.DB
	list []ownName
}

type ownName struct {
	kind, external string
	id, created    int64
}

var ownPattern = regexp.MustCompile(`^hub/(organisation|unit|person|topic|thread|reply|network|blog|draft|attachment|source)/([0-9]{1,18})-(-?[0-9a-z]{1,13})$`)

// tables are where rows of a kind are looked up.
var tables = map[string]string{
	typeOrganisation: "organisations", typeUnit: "units", typePerson: "people", typeTopic: "topics", typeThread: "threads", typeReply: "replies",
	typeNetwork: "networks", typeBlog: "blogs", typeDraft: "post_drafts", typeAttachment: "attachments", typeSource: "signal_sources",
}

// add looks at the name of a record.
func (o *own) add(ctx context.Context, rec *record) error {
	m := ownPattern.FindStringSubmatch(rec.ExternalID)
	if m == nil || m[1] != rec.Type {
		return nil
	}
	n := ownName{kind: m[1], external: rec.ExternalID}
	var err error
	if n.id, err = strconv.ParseInt(m[2], 10, 64); err != nil {
		return nil //nolint:nilerr // no number of ours
	}
	if n.created, err = strconv.ParseInt(m[3], 36, 64); err != nil {
		return nil //nolint:nilerr // no moment of ours
	}
	if o.list = append(o.list, n); len(o.list) < batchSize {
		return nil
	}
	return o.flush(ctx)
}

// flush looks up what add has collected.
func (o *own) flush(ctx context.Context) error {
	byKind := map[string]map[int64]ownName{}
	for _, n := range o.list {
		if byKind[n.kind] == nil {
			byKind[n.kind] = map[int64]ownName{}
		}
		byKind[n.kind][n.id] = n
	}
	o.list = o.list[:0]
	for _, kind := range sortedKeys(byKind) {
		var ids []int64
		for id := range byKind[kind] {
			ids = append(ids, id)
		}
		ids = db.Pad(ids)
		rows, err := o.db.Query(ctx, `
			SELECT x.id, x.created_at
			FROM `+tables[kind]+` x
			WHERE x.external_id IS NULL AND x.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
		found, err := db.Collect(rows, err, func(r db.Scanner) (n ownName, err error) { return n, r.Scan(&n.id, &n.created) })
		if err != nil {
			return err
		}
		for _, f := range found {
			if n := byKind[kind][f.id]; n.created == f.created {
				return errs.Conflictf("This archive was written by this hub: %s %s is here already, and would be here twice. Import it into another hub.", kind, n.external)
			}
		}
	}
	return nil
}
