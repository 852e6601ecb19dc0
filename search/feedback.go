package search

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
)

// A Reader returns the texts of documents, titles and bodies, in the order of ids; "" for what is gone. The index holds none.
type Reader func(ctx context.Context, ids []string) ([]string, error)

// Feedback lets searches that ask whole questions learn from the texts of their first hits. It is called once, before searching.
func (x *Index) Feedback(read Reader) { x.read = read }

// Pseudo-relevance feedback: what the first hits of a question have in common is what the question is about, in words it did not
// use. The words of the first feedbackDocs texts, each text weighing as much as it scored, are a model of relevance; the most telling
// ones are asked for as well (RM3: Lavrenko and Croft, "Relevance based language models", SIGIR 2001; Abdul-Jaleel et al.,
// "UMass at TREC 2004: Novelty and HARD"). Only what was found anyway is put in another order, which costs a tenth of asking the
// whole index again.
//
// nDCG@10 on the development sets with and without it: Cranfield .397 and .383, CACM .511 and .510, NPL .454 and .453, related
// questions .329 and .323. With twice the share Cranfield and the related questions gain more, and CACM loses.
const (
	feedbackLeast = 4    // terms of a question; fewer say what they mean
	feedbackDocs  = 10   // texts
	feedbackTerms = 24   // words
	feedbackShare = 0.15 // of the score
	feedbackRare  = 10   // a word that more than one in so many documents has tells little, and costs the most
)

// learn widens a question of enough words; what is shorter stays as it was asked.
func (x *Index) learn(a *asked, hits []hit) error {
	if len(a.q.terms) < feedbackLeast {
		return nil
	}
	return x.widen(a, hits)
}

// widen adds to the scores of hits, which come best first, what they gain when a question is widened by what the very first of them say.
// Their order is left to the caller.
func (x *Index) widen(a *asked, hits []hit) error {
	if x.read == nil || len(hits) <= feedbackDocs {
		return nil
	}
	ids := make([]string, feedbackDocs)
	for i := range ids {
		ids[i] = hits[i].id
	}
	texts, err := x.read(a.view.ctx, ids)
	if err != nil {
		return fmt.Errorf("read the first hits: %w", err)
	}
	terms, err := x.model(a, hits, texts)
	if err != nil || len(terms) == 0 {
		return err
	}
	only := make(listed)
	at := make(map[match]int, len(hits))
	for i, h := range hits {
		if only[h.part] == nil {
			only[h.part] = roaring.New()
		}
		only[h.part].Add(h.doc)
		at[match{part: h.part, doc: h.doc}] = i
	}
	q := a.q
	q.terms = terms
	more, _, err := a.view.rank(q, only, len(hits))
	if err != nil {
		return err
	}
	for _, m := range more {
		h := &hits[at[match{part: m.part, doc: m.doc}]]
		h.alike = m.score
		h.score += m.score
	}
	return nil
}

// model returns the words that tell most about texts, which belong to the first hits, with what each weighs.
func (x *Index) model(a *asked, hits []hit, texts []string) ([]weightedTerm, error) {
	weight := make(map[string]float64)
	for i, text := range texts {
		stems := x.analyzer.stems(truncate(text, maxFeedbackText))
		for _, stem := range stems {
			weight[stem] += hits[i].score / float64(len(stems)+feedbackShort)
		}
	}
	all := float64(a.view.documents(a.q.types))
	telling := make(map[string]float64, len(weight))
	for stem := range weight {
		n := 0
		for _, field := range []string{fieldBody, fieldReplyBody} {
			docs, err := a.view.docs(field, stem)
			if err != nil {
				return nil, err
			}
			n = max(n, docs)
		}
		if n > 1 && float64(n)*feedbackRare < all {
			telling[stem] = weight[stem] * math.Log(1+(all-float64(n)+0.5)/(float64(n)+0.5))
		}
	}
	best := slices.SortedFunc(maps.Keys(telling), func(a, b string) int {
		return cmp.Or(cmp.Compare(telling[b], telling[a]), cmp.Compare(a, b))
	})
	best = best[:min(len(best), feedbackTerms)]
	var asked, total float64
	for _, t := range a.q.terms {
		asked += t.weight
	}
	for _, stem := range best {
		total += weight[stem]
	}
	out := make([]weightedTerm, len(best))
	for i, stem := range best {
		out[i] = weightedTerm{term: stem, weight: feedbackShare / (1 - feedbackShare) * asked * weight[stem] / total}
	}
	return out, nil
}

// feedbackShort is what is added to the length of a text, so that a text of a few words, each of which is much of it, does not decide alone.
const feedbackShort = 50

// maxFeedbackText is how much of each text is looked at, in bytes.
const maxFeedbackText = 4_000
