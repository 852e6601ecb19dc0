package importers_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/app/people"
)

// archive is a small mailing list with most of what old archives hold.
const archive = `From ann at example.org  Mon Mar  1 09:00:00 2021
From: ann at example.org (Ann =?ISO-8859-1?Q?G=F6ransson?=)
Date: Mon, 01 Mar 2021 09:00:00 +0100
Subject: [builders] Which lamp for the cycle path?
Message-ID: <1@example.org>

Hello all,

which lamp should we buy for the cycle path along the river? The old one,
which was *cheap*, is broken again, and nobody sells parts for it. Ask
ann@example.org if you want to see it.

>From my point of view LED is best.

    lamp := choose(<price>)
    buy(lamp)

-- 
Ann
+46 123 456

From bob@example.net Mon Mar  1 10:00:00 2021
From: "Bob Builder" <Bob@Example.net>
Date: Mon, 1 Mar 2021 10:00:00 +0000
Subject: Re: [builders] Which lamp for the cycle path?
Message-ID: <2@example.net>
In-Reply-To: <1@example.org> (Ann's message of "Mon, 1 Mar")
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="xyz"

This is a multipart message.
--xyz
Content-Type: multipart/alternative; boundary=abc

--abc
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

> which lamp should we buy?
> > and when?

The yellow one=2C for 5 =E2=82=AC.
--abc
Content-Type: text/html

<p>The <b>yellow</b> one</p>
--abc--
--xyz
Content-Type: application/pdf; name="lamps.pdf"
Content-Disposition: attachment; filename="lamps.pdf"
Content-Transfer-Encoding: base64

AAAA
--xyz
Content-Type: application/pgp-signature; name="signature.asc"

xxx
--xyz--

From cleo at example.com  Mon Mar  1 12:00:00 2021
From: Cleo <cleo at example.com>
Date: not a date
Subject: AW: [builders] Which lamp for the cycle path?
Message-Id: <3@example.com>
References: <1@example.org> <2@example.net>
Content-Type: text/html; charset="x-nobody-knows"

<html><body><p>Write to <a href="mailto:cleo@example.com">cleo@example.com</a> or see <a href="https://example.com/@cleo">my page</a>.</p></body></html>

From bob@example.net Tue Mar  2 10:00:00 2021
From: bob@example.net
Subject: Re: [builders] Which lamp for the cycle path?
Date: Tue, 2 Mar 2021 10:00:00 +0000
Message-ID: <4@example.net>

No reference, only a subject.
_______________________________________________
builders mailing list
builders at example.org
https://example.org/mailman/listinfo/builders

From bob@example.net Tue Mar  2 10:00:00 2021
From: bob@example.net
Subject: again
Date: Tue, 2 Mar 2021 10:00:00 +0000
Message-ID: <4@example.net>

The same again.

From dora@example.net Wed Sep  1 10:00:00 2021
Subject: Re: Which lamp for the cycle path?
Date: Wed, 1 Sep 2021 10:00:00 +0000

Half a year later this is about another lamp.
-------------- next part --------------
A non-text attachment was scrubbed...
Name: plan.png
Type: image/png
Size: 490 bytes
Desc: a plan
URL: <https://example.org/plan.png>
-------------- next part --------------
An HTML attachment was scrubbed...
URL: <https://example.org/attachment.htm>
`

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMbox(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		path := writeFile(t, "builders.mbox", archive)
		r, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if r.Source != "mbox/builders" {
			t.Errorf("source: got %q", r.Source)
		}
		wantCount(t, r, "people", importers.Count{Read: 4, Created: 4})
		wantCount(t, r, "threads", importers.Count{Read: 2, Created: 2})
		wantCount(t, r, "replies", importers.Count{Read: 3, Created: 3})
		wantCount(t, r, "messages", importers.Count{Read: 1})
		wantCount(t, r, "attachments", importers.Count{Read: 4})
		for _, tc := range []struct {
			name, query string
			want        []string
		}{
			{"threads", "SELECT title FROM threads ORDER BY created_at LIMIT 9", []string{"Which lamp for the cycle path?", "Which lamp for the cycle path?"}},
			{"external ids", "SELECT external_id FROM replies ORDER BY created_at LIMIT 9",
				[]string{"mbox/builders/2@example.net", "mbox/builders/3@example.com", "mbox/builders/4@example.net"}},
			{"parents", `
				SELECT r.external_id || ' under ' || COALESCE(p.external_id, 'the thread')
				FROM replies r LEFT JOIN replies p ON p.id = r.parent_id
				ORDER BY r.created_at
				LIMIT 9`, []string{
				"mbox/builders/2@example.net under the thread", "mbox/builders/3@example.com under mbox/builders/2@example.net",
				"mbox/builders/4@example.net under the thread"}},
			{"plain text", "SELECT body FROM threads ORDER BY created_at LIMIT 1", []string{
				"Hello all,\n\nwhich lamp should we buy for the cycle path along the river? The old one, which was \\*cheap\\*, is broken again, " +
					"and nobody sells parts for it. Ask ann at example.org if you want to see it.\n\nFrom my point of view LED is best.\n\n" +
					"```\n    lamp := choose(<price>)\n    buy(lamp)\n```"}},
			{"alternatives, quotations and attachments", "SELECT body FROM replies ORDER BY created_at LIMIT 1", []string{
				"> which lamp should we buy?\n>\n> > and when?\n\nThe yellow one, for 5 €.\n\n*Attachment that did not come along: lamps.pdf*"}},
			{"only HTML", "SELECT body FROM replies WHERE external_id LIKE '%3@example.com' LIMIT 1", []string{
				"Write to cleo at example.com or see [my page](https://example.com/@cleo)."}},
			{"what the archive took out", "SELECT body FROM threads ORDER BY created_at DESC LIMIT 1", []string{
				"Half a year later this is about another lamp.\n\n*Attachment in the archive:* [plan.png](https://example.org/plan.png)"}},
			{"people", "SELECT name FROM people WHERE name <> '' ORDER BY name LIMIT 9", []string{"Ann Göransson", "Bob Builder", "Cleo", "dora"}},
			{"addresses", "SELECT email FROM people WHERE email <> '' LIMIT 9", nil},
			{"organisation", `
				SELECT DISTINCT o.name
				FROM people p JOIN organisations o ON o.id = p.organisation_id
				LIMIT 9`, []string{"builders"}},
		} {
			if got := h.texts(t, tc.query); !slices.Equal(got, tc.want) {
				t.Errorf("%s:\n got %q\nwant %q", tc.name, got, tc.want)
			}
		}
		before := h.rows(t)
		again, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{})
		if err != nil || again.Changes() != 0 || h.rows(t) != before {
			t.Errorf("again: %v, %d rows more\n%s", err, h.rows(t)-before, again.String())
		}
	})
}

// TestMboxAtHome keeps the addresses of a list of our own people.
func TestMboxAtHome(t *testing.T) {
	h := sqliteHub(t)
	_, err := importers.Mbox(t.Context(), h.deps, writeFile(t, "staff.mbox", archive), importers.Options{Organisation: importers.Home, Source: "list"})
	if err != nil {
		t.Fatal(err)
	}
	got := h.texts(t, "SELECT email FROM people WHERE email <> '' ORDER BY email LIMIT 9")
	if want := []string{"ann@example.org", "bob@example.net", "cleo@example.com", "dora@example.net"}; !slices.Equal(got, want) {
		t.Errorf("addresses: got %q, want %q", got, want)
	}
	if got := h.texts(t, "SELECT body FROM threads ORDER BY created_at LIMIT 1"); !strings.Contains(got[0], "ann@example.org") {
		t.Errorf("the address in the text is gone: %q", got[0])
	}
	if n := h.number(t, "SELECT COUNT(*) FROM people WHERE external_id LIKE '%@%'"); n != 0 {
		t.Errorf("%d external ids of people hold an address", n)
	}
}

// TestMboxOfStaff gives letters to the people of a staff list, by address.
func TestMboxOfStaff(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		staff := writeFile(t, "staff.csv", "id,name,email\n1,Ann Göransson,Ann@example.org\n")
		if _, err := importers.People(t.Context(), h.deps, staff, importers.Options{}); err != nil {
			t.Fatal(err)
		}
		err := h.deps.DB.Tx(t.Context(), func(tx *db.Tx) error {
			_, err := h.deps.People.Create(t.Context(), tx, people.NewPerson{Name: "Robert", Email: "bob@example.net"})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		path := writeFile(t, "staff.mbox", archive)
		r, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{Organisation: importers.Home})
		if err != nil {
			t.Fatal(err)
		}
		wantCount(t, r, "people", importers.Count{Read: 4, Created: 3, Unchanged: 1})
		if got := h.texts(t, "SELECT p.external_id FROM threads t JOIN people p ON p.id = t.author_id ORDER BY t.created_at LIMIT 1"); !slices.Equal(got, []string{"people/1"}) {
			t.Errorf("author: got %q", got)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM people WHERE email = 'bob@example.net'"); n != 1 {
			t.Errorf("%d people have the address of one", n)
		}
		before := h.rows(t)
		again, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{Organisation: importers.Home})
		if err != nil || again.Changes() != 0 || h.rows(t) != before {
			t.Errorf("again: %v\n%s", err, again.String())
		}
	})
}

// message is a letter of a test.
func message(id, subject, date, fields, body string) string {
	return fmt.Sprintf("From a@b.example Mon Mar  1 09:00:00 2021\nFrom: A <a@b.example>\nMessage-ID: <%s>\nSubject: %s\nDate: %s\n%s\n%s\n\n", id, subject, date, fields, body)
}

func TestMboxThreads(t *testing.T) {
	const monday, tuesday, wednesday = "Mon, 1 Mar 2021 09:00:00 +0000", "Tue, 2 Mar 2021 09:00:00 +0000", "Wed, 3 Mar 2021 09:00:00 +0000"
	for _, tc := range []struct {
		name string
		mbox string
		want []string // thread ← reply (parent)
	}{
		{"the answer comes first in the file",
			message("c", "Re: x", wednesday, "In-Reply-To: <b>\n", "c") + message("b", "Re: x", tuesday, "In-Reply-To: <a>\n", "b") + message("a", "x", monday, "", "a"),
			[]string{"a ← b ()", "a ← c (b)"}},
		{"two answers to a message that is missing",
			message("b", "Re: x", monday, "References: <a>\n", "b") + message("c", "Re: y", tuesday, "References: <a>\n", "c"),
			[]string{"b ← c ()"}},
		{"a circle", message("a", "x", monday, "In-Reply-To: <b>\n", "a") + message("b", "Re: x", tuesday, "In-Reply-To: <a>\n", "b"), []string{"b ← a ()"}},
		{"an answer to itself", message("a", "x", monday, "In-Reply-To: <a>\n", "a"), nil},
		{"the same subject is not an answer", message("a", "Minutes", monday, "", "a") + message("b", "Minutes", tuesday, "", "b"), nil},
		{"marks of replies in other languages",
			message("a", "Fähre", monday, "", "a") + message("b", "AW: Re: Antw: fähre", tuesday, "", "b") + message("c", "Re[2]: Fähre", wednesday, "", "c"),
			[]string{"a ← b ()", "a ← c ()"}},
		{"a nearer ancestor is in the archive", message("a", "x", monday, "", "a") + message("c", "y", tuesday, "References: <a> <gone>\n", "c"), []string{"a ← c ()"}},
		{"a forwarded message is its own", message("a", "x", monday, "", "a") + message("b", "Fwd: x", tuesday, "", "b"), nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := sqliteHub(t)
			path := writeFile(t, "l.mbox", tc.mbox)
			if _, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{}); err != nil {
				t.Fatal(err)
			}
			got := h.texts(t, `
				SELECT SUBSTR(t.external_id, 8) || ' ← ' || SUBSTR(r.external_id, 8) || ' (' || COALESCE(SUBSTR(p.external_id, 8), '') || ')'
				FROM replies r JOIN threads t ON t.id = r.thread_id LEFT JOIN replies p ON p.id = r.parent_id
				ORDER BY r.external_id
				LIMIT 9`)
			if !slices.Equal(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
			if again, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{}); err != nil || again.Changes() != 0 {
				t.Errorf("again: %v\n%s", err, again.String())
			}
		})
	}
}

// TestMboxByMonth imports the archive of a month after that of the month before, as whoever keeps up with a list does.
func TestMboxByMonth(t *testing.T) {
	h := sqliteHub(t)
	march := message("a", "[l] Ferry", "Mon, 1 Mar 2021 09:00:00 +0000", "", "a") + message("b", "Re: [l] Ferry", "Tue, 2 Mar 2021 09:00:00 +0000", "In-Reply-To: <a>\n", "b")
	april := message("c", "Re: [l] Ferry", "Thu, 1 Apr 2021 09:00:00 +0000", "References: <a> <b>\n", "c") + message("d", "Re: [l] Ferry", "Fri, 2 Apr 2021 09:00:00 +0000", "References: <a> <b> <c>\n", "d")
	o := importers.Options{Source: "l"}
	for _, month := range []string{march, april, march, april, march + april} {
		if _, err := importers.Mbox(t.Context(), h.deps, writeFile(t, "l.mbox", month), o); err != nil {
			t.Fatal(err)
		}
	}
	if threads, replies := h.number(t, "SELECT COUNT(*) FROM threads"), h.number(t, "SELECT COUNT(*) FROM replies"); threads != 1 || replies != 3 {
		t.Errorf("got %d threads and %d replies, want 1 and 3", threads, replies)
	}
	if got := h.texts(t, "SELECT p.external_id FROM replies r JOIN replies p ON p.id = r.parent_id LIMIT 9"); !slices.Contains(got, "mbox/l/c") {
		t.Errorf("parents: got %q", got)
	}
}

func TestMboxFolder(t *testing.T) {
	h := sqliteHub(t)
	dir := filepath.Join(t.TempDir(), "builders")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(message("a", "x", "Mon, 1 Mar 2021 09:00:00 +0000", "", "a"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, raw := range map[string][]byte{
		"2021-March.txt.gz": z.Bytes(),
		"2021-April.txt":    []byte(message("b", "Re: x", "Thu, 1 Apr 2021 09:00:00 +0000", "In-Reply-To: <a>\n", "b")),
		"index.html":        []byte("<html>"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r, err := importers.Mbox(t.Context(), h.deps, dir, importers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	wantCount(t, r, "threads", importers.Count{Read: 1, Created: 1})
	wantCount(t, r, "replies", importers.Count{Read: 1, Created: 1})
}

func TestMboxBroken(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	if _, err := w.Write([]byte(strings.Repeat(archive, 50))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "l.mbox holds no message"},
		{"a web page", "<html>\n<p>Not found</p>", "l.mbox, line 1: this is not a mailbox"},
		{"text before the first message", "\n\nHello\n" + archive, "l.mbox, line 3: this is not a mailbox"},
		{"a From line and nothing else", "From a@b.example Mon Mar  1 09:00:00 2021\n", "l.mbox, line 1: the first message has no header"},
		{"no header", "From a@b.example Mon Mar  1 09:00:00 2021\n\nHello", "l.mbox, line 2: the first message has no header"},
		{"cut off", z.String()[:z.Len()-20], "the file ends in the middle"},
		{"no such audience", archive, "is not an audience"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := emptySQLite(t)
			o := importers.Options{}
			if tc.name == "no such audience" {
				o.Audience = "everybody"
			}
			_, err := importers.Mbox(t.Context(), h.deps, writeFile(t, "l.mbox", tc.text), o)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want Invalid with %q", err, tc.want)
			}
			if n := h.rows(t); n != 0 {
				t.Errorf("%d rows were written", n)
			}
		})
	}
	if _, err := importers.Mbox(t.Context(), sqliteHub(t).deps, filepath.Join(t.TempDir(), "none.mbox"), importers.Options{}); errs.KindOf(err) != errs.NotFound {
		t.Errorf("no file: got %v, want NotFound", err)
	}
	if _, err := importers.Mbox(t.Context(), sqliteHub(t).deps, t.TempDir(), importers.Options{}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an empty folder: got %v, want Invalid", err)
	}
}

func TestRealMailboxes(t *testing.T) {
	for _, tc := range []struct {
		file                              string
		people, threads, replies, leftOut int
	}{
		{"hyperkitty_2016_april.mbox", 2, 1, 2, 0},
		{"pipermail_2015_november.mbox", 2, 1, 3, 0},
		{"mbox_complex.mbox", 2, 2, 0, 0},
		{"mbox_iso8859_encoding.mbox", 1, 1, 0, 0},
		{"mbox_multipart.mbox", 2, 2, 0, 0},
		{"mbox_no_fields.mbox", 1, 3, 0, 3},
		{"mbox_unixfrom_encoding.mbox", 1, 1, 0, 0},
		{"mbox_unknown_encoding.mbox", 1, 1, 0, 0},
	} {
		t.Run(tc.file, func(t *testing.T) {
			path := realData(t, "import-samples/mbox/"+tc.file)
			h := sqliteHub(t)
			first, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + first.String())
			wantCount(t, first, "people", importers.Count{Read: tc.people, Created: tc.people})
			wantCount(t, first, "threads", importers.Count{Read: tc.threads, Created: tc.threads})
			wantCount(t, first, "replies", importers.Count{Read: tc.replies, Created: tc.replies})
			if tc.leftOut > 0 {
				wantCount(t, first, "messages", importers.Count{Read: tc.leftOut})
			}
			second, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{})
			if err != nil || second.Changes() != 0 {
				t.Errorf("again: %v\n%s", err, second.String())
			}
		})
	}
}

// TestMboxIntoNetwork: a list becomes what is said in a network, and reaches no further than it.
func TestMboxIntoNetwork(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		networks := `{"type":"network","external_id":"a","name":"Open","access":"open"}
{"type":"network","external_id":"b","name":"Closed","access":"closed"}`
		if _, err := importers.JSONL(t.Context(), h.deps, write(t, "in.jsonl", networks), importers.Options{}); err != nil {
			t.Fatal(err)
		}
		path := write(t, "list.mbox", "From ann@example.org Mon Mar  1 09:00:00 2021\nFrom: Ann <ann@example.org>\nSubject: Lamps\n\nWhich?\n")
		for _, tc := range []struct{ network, source, audience string }{{"open", "one", "hub"}, {"closed", "two", "network:2"}} {
			o := importers.Options{Network: tc.network, Source: tc.source}
			if _, err := importers.Mbox(t.Context(), h.deps, path, o); err != nil {
				t.Fatal(err)
			}
			got := h.texts(t, "SELECT t.audience FROM threads t JOIN networks n ON n.id = t.network_id WHERE n.slug = '"+tc.network+"'")
			if len(got) != 1 || got[0] != tc.audience {
				t.Errorf("%s: audiences %q", tc.network, got)
			}
			if again, err := importers.Mbox(t.Context(), h.deps, path, o); err != nil || again.Changes() != 0 {
				t.Errorf("%s again: %v\n%s", tc.network, err, again.String())
			}
		}
		if _, err := importers.Mbox(t.Context(), h.deps, path, importers.Options{Network: "nowhere"}); !errs.IsNotFound(err) {
			t.Errorf("no such network: %v", err)
		}
	})
}
