// Package search finds things: an index of threads, replies, people, topics and networks, a ranking, and a vote on who knows what.
// It is the only package that imports bleve.
//
// # What bleve does here, and what it does not
//
// bleve's scorch gives us segments that survive kill -9, merge themselves, and hand out dictionaries and postings. It does
// not analyse, map, search or rank for us:
//
//   - Documents are built field by field (fields.go) instead of by reflection over a mapping. One pass over the text
//     gives the stemmed and the exact field and the length of each, and nothing is dynamic: no field exists that is not
//     named in fields.go.
//   - bleve 2.6 calls a score "bm25" that is not: its average length counts distinct terms and changes with merges, term
//     frequency is the square root, idf is squared, and fields are summed, so that a title boost hurts. bm25f.go is
//     BM25F as published.
//   - Its searchers walk documents one by one. Here every filter is a set (gate.go), and the postings of a term are read
//     only where they meet the set, segment by segment, through the interfaces scorch publishes (view.go). A page of results
//     for two or three words among 100,000 documents takes 3.7 ms; with a bleve searcher of our own it took 9.3 ms.
//   - Real average lengths need token totals. They are kept in the index's own key-value section, written in the same
//     batch as the documents, so that they are right after every Apply and after a crash.
//
// # What the index never does
//
// It never shows what the reader may not see: the audience filter is part of every query, before scoring, so hits, totals,
// facets, suggestions, similar threads and votes are computed from readable documents alone. (Word statistics are those of
// the whole index. They move scores by a little and reveal no word.) It holds no text except titles, for suggestions;
// callers read what they show from the database, under the same rule, and have it highlighted with Parsed.Highlight.
//
// It is never the truth. It can be deleted at any time: Open says ErrStale and Rebuild makes it anew from the database,
// beside the old one, while searches are served. A new mappingVersion or a file that will not open lead to the same place.
package search
