package main

import (
	"reflect"
	"strings"
	"testing"
)

// The figures of other hubs were taken on a corpus of this shape; a generator that drifts would make them incomparable.
func TestCorpusHasTheAgreedShape(t *testing.T) {
	c := newCorpus()
	sum, full, none := 0, 0, 0
	for _, n := range c.replies {
		sum += n
		switch n {
		case fullReplies:
			full++
		case 0:
			none++
		}
	}
	for _, tc := range []struct {
		name      string
		got, want int
	}{
		{"threads", len(c.replies), threadCount},
		{"replies", sum, replyCount},
		{"threads with exactly 40 replies", full, fullThreads},
		{"topics", len(topicNames), 40},
		{"words", len(c.lex.words), vocabularySize},
	} {
		if tc.got != tc.want {
			t.Errorf("%s: %d, want %d", tc.name, tc.got, tc.want)
		}
	}
	if none < threadCount/20 {
		t.Errorf("only %d threads have no reply; want some to show as unanswered", none)
	}
}

func TestCorpusIsTheSameEveryTime(t *testing.T) {
	a, b := newCorpus(), newCorpus()
	if !reflect.DeepEqual(a.replies, b.replies) || !reflect.DeepEqual(a.thread(7), b.thread(7)) ||
		!reflect.DeepEqual(a.reply(20, 3), b.reply(20, 3)) || !reflect.DeepEqual(a.person(11), b.person(11)) {
		t.Error("two corpora differ")
	}
	if reflect.DeepEqual(a.reply(20, 3).Body, a.reply(20, 4).Body) {
		t.Error("two replies say the same")
	}
}

func TestWordsAreZipfLike(t *testing.T) {
	c := newCorpus()
	counts := map[string]int{}
	total := 0
	for i := range 2000 {
		for w := range strings.FieldsSeq(strings.ToLower(c.reply(0, i).Body)) {
			counts[strings.Trim(w, ".")]++
			total++
		}
	}
	top := float64(counts["the"]) / float64(total)
	if top < .02 || top > .12 {
		t.Errorf("the most frequent word is %.1f %% of the text, want 2 to 12 as in English", 100*top)
	}
	if len(counts) < 5000 {
		t.Errorf("2,000 replies use %d different words, want a long tail", len(counts))
	}
	if q := c.lex.queries(100); len(q) != 100 || counts[q[0]] == 0 {
		t.Errorf("queries: %d, %q is met %d times", len(q), q[0], counts[q[0]])
	}
}
