package event

import (
	"context"
	"encoding/json"
	"fmt"

	"watercooler/app/db"
)

// BatchVerb is the verb of the one event that tells of many rows, which an import wrote or took away: an event for each would be
// as much work as the import itself. Its data are the ids by kind, {"threads":[4,8]}.
const BatchVerb = "import.batch"

// AppendBatch records in tx that the rows with these ids, by kind, were written or taken away; of none it tells nothing.
func AppendBatch(ctx context.Context, tx *db.Tx, ids map[string][]int64) error {
	some := false
	for _, list := range ids {
		some = some || len(list) > 0
	}
	if !some {
		return nil
	}
	data, err := json.Marshal(ids)
	if err != nil {
		return fmt.Errorf("append %s: %w", BatchVerb, err)
	}
	return Append(ctx, tx, Event{Verb: BatchVerb, Object: Ref{Kind: "import"}, Data: string(data)})
}
