package find

import (
	"context"
	"fmt"

	"watercooler/auth"
)

// Lessons returns the threads of shared reflections on what text is about, other than one, best first. What of them v may read now is for
// whoever reads them to ask.
func (s *Service) Lessons(ctx context.Context, v auth.Viewer, text string, except int64, limit int) ([]int64, error) {
	found, err := s.index.Lessons(ctx, text, v.Audiences(), except, limit)
	if err != nil {
		return nil, fmt.Errorf("find lessons like %q: %w", text, err)
	}
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.Thread
	}
	return ids, nil
}

// LessonsNamed returns the threads of shared reflections that a search for text finds, best first.
func (s *Service) LessonsNamed(ctx context.Context, v auth.Viewer, text string, limit int) ([]int64, error) {
	res, err := s.Search(ctx, v, Query{Text: text + " is:reflection", Limit: limit})
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, h := range res.Hits {
		if id, ok := refID(h.Ref, "thread"); ok {
			ids = append(ids, id)
		}
	}
	return ids, nil
}
