package topics

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/event"
)

// Erase removes for good, in tx, the topics whose external ids begin with prefix, unless something is about them, somebody can
// be asked about them, decided or is endorsed for them, or follows them, or a source of signals is always about them. What was below one of them stands at the top. It returns their ids.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, prefix string) ([]int64, error) {
	rows, err := tx.Query(ctx, `
		SELECT t.id
		FROM topics t
		WHERE t.external_id LIKE $1
		  AND NOT EXISTS (SELECT 1 FROM thread_topics h WHERE h.topic_id = t.id)
		  AND NOT EXISTS (SELECT 1 FROM person_topics p WHERE p.topic_id = t.id)
		  AND NOT EXISTS (SELECT 1 FROM expertise e WHERE e.topic_id = t.id)
		  AND NOT EXISTS (SELECT 1 FROM expert_topics x WHERE x.topic_id = t.id)
		  AND NOT EXISTS (SELECT 1 FROM signal_sources s WHERE s.topic_id = t.id)
		  AND NOT EXISTS (SELECT 1 FROM endorsements n WHERE n.topic_id = t.id)
		  AND NOT EXISTS (SELECT 1 FROM watches w WHERE w.object_kind = 'topic' AND w.object_id = t.id)
		ORDER BY t.id
		LIMIT 10000`, prefix+"%")
	ids, err := db.Collect(rows, err, db.One[int64])
	if err != nil {
		return nil, fmt.Errorf("find topics of %s: %w", prefix, err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	for _, statement := range []string{
		"UPDATE topics SET broader_id = NULL WHERE broader_id IN ($1)",
		"DELETE FROM topic_synonyms WHERE topic_id IN ($1)",
		"DELETE FROM topic_redirects WHERE topic_id IN ($1)",
		"DELETE FROM topics WHERE id IN ($1)",
	} {
		if _, err := tx.ExecIn(ctx, statement, ids); err != nil {
			return nil, fmt.Errorf("erase topics: %w", err)
		}
	}
	s.changed(tx)
	return ids, event.AppendBatch(ctx, tx, map[string][]int64{"topics": ids})
}
