package people

import (
	"context"
	"fmt"

	"watercooler/auth"
)

// Filter says which people a directory page shows. The zero Filter is everybody who works here.
type Filter struct {
	Name         string // starts of words of the name, in any order
	Unit         int64
	Below        bool // with Unit: the units below it too
	Organisation int64
	Letter       string // first letter of the family name, folded
	Leavers      bool   // those who have left, instead of those who work here
	After        int64  // id of the last person of the page before; 0 for the first page
}

// Listing is a page of the directory.
type Listing struct {
	People []Card
	Total  int  // people on all pages
	More   bool // there are further pages after the last of People
}

// pageSize is how many people a page of the directory has.
const pageSize = 40

// Directory returns a page of people by family name.
func (s *Service) Directory(ctx context.Context, v auth.Viewer, f Filter) (Listing, error) {
	if !v.SignedIn() {
		return Listing{}, errSignIn
	}
	list, err := selectDirectory(ctx, s.db, f, pageSize+1)
	if err != nil {
		return Listing{}, fmt.Errorf("list people: %w", err)
	}
	total, err := countDirectory(ctx, s.db, f)
	if err != nil {
		return Listing{}, fmt.Errorf("count people: %w", err)
	}
	more := len(list) > pageSize
	return Listing{People: hideAll(v, list[:min(len(list), pageSize)]), Total: total, More: more}, nil
}
