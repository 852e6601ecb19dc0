package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/importers"
	"watercooler/app/networks"
)

// pages has one entry for each route that answers GET: an address, somebody who may see it (nobody when it is public), and
// the status they get. {thread}, {reply} and {photo} are filled in by the test.
var pages = map[string]struct {
	path, as string
	status   int
}{
	"/healthz":                        {"/healthz", "", 200},
	"/readyz":                         {"/readyz", "", 200},
	"/static/:hash/*":                 {"/static/x/app.css", "", 404}, // TestStaticFiles reads real ones
	"/":                               {"/", priya, 200},
	"/feed.atom":                      {"/feed.atom", "", 200},
	"/feed.json":                      {"/feed.json", "", 200},
	"/blogs":                          {"/blogs", priya, 200},
	"/blog/new":                       {"/blog/new", imran, 200},
	"/blog/write":                     {"/blog/write", priya, 200},
	"/blog/drafts":                    {"/blog/drafts", priya, 200},
	"/blog/drafts/:id":                {"/blog/drafts/{post-draft}", priya, 200},
	"/blog/drafts/:id/preview":        {"/blog/drafts/{post-draft}/preview", priya, 200},
	"/blog/drafts/:id/delete":         {"/blog/drafts/{post-draft}/delete", priya, 200},
	"/blog/preview/:secret":           {"/blog/preview/none", "", 404},
	"/blog/preview/:secret/cover":     {"/blog/preview/none/cover", "", 404},
	"/blog/:blog":                     {"/blog/priya-nair", priya, 200},
	"/blog/:blog/start":               {"/blog/priya-nair/start", priya, 200},
	"/blog/:blog/write":               {"/blog/priya-nair/write", priya, 200},
	"/blog/:blog/settings":            {"/blog/priya-nair/settings", priya, 200},
	"/blog/:blog/delete":              {"/blog/priya-nair/delete", priya, 200},
	"/blog/:blog/series/:series":      {"/blog/priya-nair/series/the-shelf", priya, 200},
	"/blog/:blog/:post":               {"/blog/priya-nair/what-the-shelf-says", priya, 200},
	"/blog/:blog/:post/edit":          {"/blog/priya-nair/what-the-shelf-says/edit", priya, 200},
	"/blog/:blog/:post/delete":        {"/blog/priya-nair/what-the-shelf-says/delete", priya, 200},
	"/blog/:blog/:year/:month":        {"/blog/priya-nair/2027/05", priya, 200},
	"/blog/:blog/feed.atom":           {"/blog/priya-nair/feed.atom", "", 200},
	"/blog/:blog/feed.json":           {"/blog/priya-nair/feed.json", "", 200},
	"/blog/readers/:token":            {"/blog/readers/none", "", 404}, // package blogs reads those of real letters
	"/settings/letters":               {"/settings/letters", priya, 200},
	"/networks/:slug/feed.atom":       {"/networks/connected-libraries/feed.atom", "", 200},
	"/bets":                           {"/bets", ruth, 200},
	"/gaps":                           {"/gaps", ruth, 200},
	"/gaps/:id":                       {"/gaps/1", ruth, 200}, // of the sample
	"/keeping":                        {"/keeping", priya, 200},
	"/threads/:id/keep":               {"/threads/{thread}/keep", ruth, 200},
	"/reflections":                    {"/reflections", priya, 200},
	"/reflections/lessons":            {"/reflections/lessons?q=salt", priya, 200},
	"/reflections/new":                {"/reflections/new?about={thread}", priya, 200},
	"/reflections/:id":                {"/reflections/13", priya, 200}, // of the sample, her own
	"/reflections/:id/edit":           {"/reflections/13/edit", priya, 200},
	"/reflections/:id/share":          {"/reflections/13/share", priya, 200},
	"/reflections/:id/delete":         {"/reflections/13/delete", priya, 200},
	"/searches":                       {"/searches", priya, 200},
	"/searches/:id":                   {"/searches/999999", priya, 404},
	"/opensearch.xml":                 {"/opensearch.xml", "", 200},
	"/robots.txt":                     {"/robots.txt", "", 200},
	"/sitemap.xml":                    {"/sitemap.xml", "", 200},
	"/sitemap/:kind/:n.xml":           {"/sitemap/threads/1.xml", "", 200},
	"/.well-known/security.txt":       {"/.well-known/security.txt", "", 404}, // TestSecurity of package site reads a real one
	"/site/:statement":                {"/site/privacy", "", 200},
	"/site/:statement/edit":           {"/site/privacy/edit", imran, 200},
	"/latest":                         {"/latest", priya, 200},
	"/unanswered":                     {"/unanswered", priya, 200},
	"/following":                      {"/following", priya, 200},
	"/write":                          {"/write?kind=question&title=Who+has+tablets&to=connectivity", priya, 200},
	"/similar":                        {"/similar?title=Library+broadband+is+slow", priya, 200},
	"/drafts":                         {"/drafts", priya, 200},
	"/threads/:id":                    {"/threads/{thread}", priya, 200},
	"/threads/:id/history":            {"/threads/{thread}/history", priya, 200},
	"/threads/:id/edit":               {"/threads/{thread}/edit", ruth, 200},
	"/threads/:id/move":               {"/threads/{thread}/move", ruth, 200},
	"/threads/:id/supersede":          {"/threads/{thread}/supersede?by=wi-fi", ruth, 200},
	"/threads/:id/merge":              {"/threads/{thread}/merge?into={thread}", ruth, 200},
	"/threads/:id/split":              {"/threads/{thread}/split", ruth, 200},
	"/threads/:id/delete":             {"/threads/{thread}/delete", ruth, 200},
	"/threads/:id/knowing":            {"/threads/{thread}/knowing", priya, 200},
	"/replies/:id":                    {"/replies/{reply}", priya, 303},
	"/replies/:id/history":            {"/replies/{reply}/history", priya, 200},
	"/replies/:id/edit":               {"/replies/{reply}/edit", ruth, 200},
	"/replies/:id/delete":             {"/replies/{reply}/delete", ruth, 200},
	"/search":                         {"/search?q=library", priya, 200},
	"/search/narrow":                  {"/search/narrow?q=library", priya, 200},
	"/suggest":                        {"/suggest?q=con", priya, 200},
	"/insights/maps":                  {"/insights/maps?level=1", imran, 200},
	"/insights/maps/networks":         {"/insights/maps/networks", imran, 200},
	"/insights/maps/topics":           {"/insights/maps/topics", imran, 200},
	"/insights/maps/knowledge":        {"/insights/maps/knowledge", imran, 200},
	"/insights/maps/missing":          {"/insights/maps/missing", imran, 200},
	"/insights/maps/:map.csv":         {"/insights/maps/networks.csv", imran, 200},
	"/insights/maps/:map.json":        {"/insights/maps/networks.json", imran, 200},
	"/insights/you":                   {"/insights/you", priya, 200},
	"/people":                         {"/people", priya, 200},
	"/people/chart":                   {"/people/chart", priya, 200},
	"/people/:handle":                 {"/people/sian-rees", priya, 200},
	"/people/:handle/posts":           {"/people/sian-rees/posts", priya, 200},
	"/people/:handle/answers":         {"/people/sian-rees/answers", priya, 200},
	"/people/:handle/discussions":     {"/people/sian-rees/discussions", priya, 200},
	"/people/:handle/networks":        {"/people/sian-rees/networks", priya, 200},
	"/people/:handle/edit":            {"/people/sian-rees/edit", imran, 200},
	"/units/:id":                      {"/units/1", priya, 200},
	"/files/:key":                     {"/files/{photo}", priya, 200},
	"/networks":                       {"/networks", priya, 200},
	"/networks/new":                   {"/networks/new", priya, 200},
	"/networks/map":                   {"/networks/map", priya, 200},
	"/networks/:slug":                 {"/networks/connected-libraries", priya, 200},
	"/networks/:slug/questions":       {"/networks/connected-libraries/questions", priya, 200},
	"/networks/:slug/posts":           {"/networks/connected-libraries/posts", priya, 200},
	"/networks/:slug/people":          {"/networks/connected-libraries/people", priya, 200},
	"/networks/:slug/about":           {"/networks/connected-libraries/about", priya, 200},
	"/networks/:slug/networks":        {"/networks/connected-libraries/networks", priya, 200},
	"/networks/:slug/edit":            {"/networks/connected-libraries/edit", priya, 200},
	"/topics":                         {"/topics", priya, 200},
	"/topics/new":                     {"/topics/new", ruth, 200},
	"/topics/:slug":                   {"/topics/connectivity", priya, 200},
	"/topics/:slug/view":              {"/topics/connectivity/view", priya, 200},
	"/topics/:slug/view.md":           {"/topics/connectivity/view.md", priya, 200},
	"/brief":                          {"/brief", priya, 200},
	"/brief/:period":                  {"/brief/2027-05?unit=1", priya, 200},
	"/brief/letters/:token":           {"/brief/letters/none", "", 404}, // package briefs reads those of real letters
	"/topics/:slug/edit":              {"/topics/connectivity/edit", ruth, 200},
	"/topics/:slug/feed.atom":         {"/topics/connectivity/feed.atom", "", 200},
	"/topics/:slug/merge":             {"/topics/connectivity/merge?into=Libraries", ruth, 200},
	"/sign-in":                        {"/sign-in", "", 200},
	"/sign-in/sso/:provider":          {"/sign-in/sso/none", "", 404},
	"/sign-in/sso/:provider/callback": {"/sign-in/sso/none/callback", "", 403},
	"/sign-in/forgotten":              {"/sign-in/forgotten", "", 200},
	"/link/:secret":                   {"/link/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "", 404},
	"/welcome":                        {"/welcome", "", 404}, // the hub is founded
	"/settings":                       {"/settings", priya, 200},
	"/offers":                         {"/offers", priya, 200},
	"/offers/:id/pass":                {"/offers/999999/pass", priya, 404},
	"/decisions":                      {"/decisions", priya, 200},
	"/decisions.csv":                  {"/decisions.csv", priya, 200},
	"/decisions.json":                 {"/decisions.json", "", 200},
	"/decisions/new":                  {"/decisions/new", priya, 200},
	"/threads/:id/decide":             {"/threads/{thread}/decide", priya, 200},
	"/threads/:id/amend":              {"/threads/{decision}/amend", ruth, 200},
	"/threads/:id/stance":             {"/threads/{proposal}/stance", priya, 200},
	"/threads/:id/agree":              {"/threads/{proposal}/agree", ruth, 200},
	"/threads/:id/challenge":          {"/threads/{decision}/challenge", priya, 200},
	"/threads/:id/review":             {"/threads/{decision}/review", ruth, 200},
	"/threads/:id/withdraw":           {"/threads/{decision}/withdraw", ruth, 200},
	"/threads/:id/offers":             {"/threads/{thread}/offers", imran, 200},
	"/signals":                        {"/signals", priya, 200},
	"/signals/new":                    {"/signals/new?url=https://news.example/1", priya, 200},
	"/signals/items/:id":              {"/signals/items/{item}", priya, 303},
	"/signals/sources":                {"/signals/sources", priya, 200},
	"/signals/sources/new":            {"/signals/sources/new", ruth, 200},
	"/signals/sources/:id/edit":       {"/signals/sources/{source}/edit", ruth, 200},
	"/experts":                        {"/experts?q=library+broadband", priya, 200},
	"/settings/knowing":               {"/settings/knowing", priya, 200},
	"/insights/symptoms":              {"/insights/symptoms", helen, 200},
	"/insights/symptoms.csv":          {"/insights/symptoms.csv", helen, 200},
	"/insights/symptoms.json":         {"/insights/symptoms.json", helen, 200},
	"/insights/symptoms/:symptom":     {"/insights/symptoms/guesswork", helen, 200},
	"/insights/findings/:id":          {"/insights/findings/999999", helen, 404}, // package symptoms reads real ones
	"/people/:handle/endorse":         {"/people/sian-rees/endorse?reply=0&thread=0", priya, 404},
	"/settings/profile":               {"/settings/profile", priya, 200},
	"/settings/export":                {"/settings/export", priya, 200},
	"/insights":                       {"/insights", imran, 200},
	"/insights/scorecard":             {"/insights/scorecard", imran, 200},
	"/insights/method":                {"/insights/method", imran, 200},
	"/insights/looked":                {"/insights/looked", imran, 200},
	"/insights/figures.csv":           {"/insights/figures.csv", imran, 200},
	"/insights/figures.json":          {"/insights/figures.json?month=2027-03", imran, 200},
	"/admin":                          {"/admin", imran, 200},
	"/admin/accounts":                 {"/admin/accounts", imran, 200},
	"/admin/events":                   {"/admin/events", imran, 200},
	"/api/v1/search":                  {"/api/v1/search?q=library", priya, 200},
	"/api/v1/experts":                 {"/api/v1/experts?q=library", priya, 200},
	"/api/v1/openapi.json":            {"/api/v1/openapi.json", "", 200},
	"/api/v1/openapi.yaml":            {"/api/v1/openapi.yaml", "", 200},
	"/api/v1/openapi-3.0.json":        {"/api/v1/openapi-3.0.json", "", 200},
	"/api/v1/openapi-3.0.yaml":        {"/api/v1/openapi-3.0.yaml", "", 200},
}

// further are addresses of routes that pages has already, with something else to show.
var further = []string{"/threads/{decision}", "/threads/{proposal}", "/decisions?state=agreed&topic=connectivity&year=2027"}

// most is how many statements any page may run, the session's included.
const most = 12

// TestPagesMakeABoundedNumberOfQueries asks for every page, as somebody who may see it and as a stranger, before and after the
// hub has grown until each list is full: no page runs a statement per row.
func TestPagesMakeABoundedNumberOfQueries(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		var counter atomic.Pointer[atomic.Int64] // of the last request
		h := apptest.SampleOn(t, address, func(_ *app.Settings, o *app.Options) {
			o.Context = func(ctx context.Context) context.Context {
				ctx, n := db.CountQueries(ctx)
				counter.Store(n)
				return ctx
			}
		})
		clients := map[string]*apptest.Client{"": h.Client()}
		for _, email := range []string{priya, ruth, imran, helen} {
			clients[email] = h.As(email)
		}
		grow(t, h, 3) // no list is empty, because an empty one needs fewer statements
		thread := threadOf(t, h, "more/thread/0")
		source, item := growSignals(t, h, clients[priya], 3)
		sendPhoto(t, clients[priya])
		fill := strings.NewReplacer("{thread}", thread, "{reply}", reply(t, clients[ruth], thread), "{photo}", photoIn(t, h.DB),
			"{post-draft}", growBlogs(t, clients[priya], 3), "{decision}", growDecisions(t, h, 3, ""), "{proposal}", growDecisions(t, h, 3, "proposal"), "{source}", source, "{item}", item)

		// measure counts twice, because the first to ask after a change fills the caches for everyone.
		measure := func() (counts map[string]int64) {
			counts = map[string]int64{}
			for i := range 2 * len(pages) {
				route := slices.Sorted(maps.Keys(pages))[i%len(pages)]
				p := pages[route]
				for _, as := range slices.Compact([]string{"", p.as}) {
					counter.Store(new(atomic.Int64))
					got := clients[as].Get(fill.Replace(p.path))
					if as == p.as && got.Status != p.status {
						t.Errorf("%s as %q: status %d, want %d\n%s", p.path, as, got.Status, p.status, got.Body)
					}
					if as == "" && p.as != "" && !slices.Contains([]int{200, 303, 401, 404}, got.Status) {
						t.Errorf("%s signed out: status %d", p.path, got.Status)
					}
					counts[route+" as "+as] = counter.Load().Load()
					if n := counter.Load().Load(); n > most {
						t.Errorf("%s as %q: %d statements, want at most %d", route, as, n, most)
					}
				}
			}
			for _, path := range further {
				for as, client := range clients {
					counter.Store(new(atomic.Int64))
					if got := client.Get(fill.Replace(path)); got.Status != http.StatusOK {
						t.Errorf("%s as %q: status %d", path, as, got.Status)
					}
					if counts[path+" as "+as] = counter.Load().Load(); counts[path+" as "+as] > most {
						t.Errorf("%s as %q: %d statements, want at most %d", path, as, counts[path+" as "+as], most)
					}
				}
			}
			return counts
		}

		for route := range pages {
			if !slices.Contains(h.App.Routes(), route) {
				t.Errorf("there is no route %s", route)
			}
		}
		for _, route := range h.App.Routes() {
			if _, listed := pages[route]; !listed {
				t.Errorf("GET %s has no entry in pages", route)
			}
		}
		before := measure()
		grow(t, h, 60)
		growBlogs(t, clients[priya], 30)
		growDecisions(t, h, 30, "")
		growSignals(t, h, clients[priya], 30)
		after := measure()
		for page, n := range after {
			if n > before[page]+1 { // one more may ask for the next page; one per row would be dozens
				t.Errorf("%s: %d statements, and %d with more content", page, before[page], n)
			}
		}
	})
}

// sendPhoto gives the client's person a photo.
func sendPhoto(t *testing.T, c *apptest.Client) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, err := form.CreateFormFile("photo", "me.png")
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 64, 64))); err != nil {
		t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	if got := c.Do("POST", "/settings/photo", body.String(), "Content-Type: "+form.FormDataContentType(), "Sec-Fetch-Site: same-origin"); got.Status != http.StatusSeeOther {
		t.Fatalf("send a photo: status %d\n%s", got.Status, got.Body)
	}
}

// photoIn returns the key of the one photo in d.
func photoIn(t *testing.T, d *db.DB) (key string) {
	t.Helper()
	if err := d.QueryRow(t.Context(), `SELECT photo FROM people WHERE photo <> ''`).Scan(&key); err != nil {
		t.Fatal(err)
	}
	return key
}

// reply writes a reply under a thread, edits it, and returns its id.
func reply(t *testing.T, c *apptest.Client, thread string) string {
	t.Helper()
	got := c.Post("/threads/"+thread+"/replies", url.Values{"body": {"We had the same."}})
	id, ok := strings.CutPrefix(got.Location, "/replies/")
	if !ok {
		t.Fatalf("reply: status %d, to %q", got.Status, got.Location)
	}
	if got := c.Post("/replies/"+id+"/edit", url.Values{"body": {"We had the same, twice."}, "revision": {"1"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("edit the reply: status %d\n%s", got.Status, got.Body)
	}
	return id
}

// threadOf returns the id of an imported thread.
func threadOf(t *testing.T, h *apptest.Hub, external string) string {
	t.Helper()
	var id int64
	if err := h.DB.QueryRow(t.Context(), `SELECT id FROM threads WHERE external_id = $1`, external).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return strconv.FormatInt(id, 10)
}

// growSignals has the member share n pages, and gives the hub n sources, each with an item that waits and one that tells of the same. It
// returns a source and its item.
func growSignals(t *testing.T, h *apptest.Hub, c *apptest.Client, n int) (source, item string) {
	t.Helper()
	var s, i int64
	for k := range n {
		form := url.Values{"url": {fmt.Sprint("https://news.example/grown/", n, "/", k)}, "title": {"What the papers say"}, "kind": {"press"}, "audience": {"hub"}, "topics": {"Connectivity"}}
		if got := c.Post("/signals", form); got.Status != http.StatusSeeOther {
			t.Fatalf("share: status %d\n%s", got.Status, got.Doc(t).Find("main").Text())
		}
		err := h.DB.Tx(t.Context(), func(tx *db.Tx) error {
			address := fmt.Sprint("https://feed.example/", n, "/", k)
			if err := tx.QueryRow(t.Context(), `
				INSERT INTO signal_sources (url, host, title, kind, topic_id, created_at)
				SELECT $1, 'feed.example', 'Gazette', 'press', MIN(c.id), 1
				FROM topics c
				RETURNING id`, address).Scan(&s); err != nil {
				return err
			}
			const insert = `
				INSERT INTO signal_items (source_id, guid, url, url_key, title, title_key, published_at, found_at, state, joined_to)
				VALUES ($1, $2, $3, $3, 'Told', '', $4, $4, $5, $6)
				RETURNING id`
			at := db.Micros(tx.Now())
			if err := tx.QueryRow(t.Context(), insert, s, "first", address, at, "new", nil).Scan(&i); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), insert, s, "again", address, at, "joined", i)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return strconv.FormatInt(s, 10), strconv.FormatInt(i, 10)
}

// growNetworks makes a network that the member looks after, with n people in it and as many who ask to join, n networks that are
// part of it and share their people, as many that ask to be, and the threads of grow in all of them. The member is invited to n more.
func growNetworks(t *testing.T, h *apptest.Hub, n int) {
	t.Helper()
	var member int64
	if err := h.DB.QueryRow(t.Context(), `SELECT id FROM people WHERE handle = 'priya-nair'`).Scan(&member); err != nil {
		t.Fatal(err)
	}
	all := networks.NetworkRecord{
		ExternalID: "more/network", Slug: "connected-libraries", Name: "Connected libraries", Purpose: "Every library on line.", About: "We **meet**.",
		Access: networks.Open, Public: true, Members: []networks.MemberRecord{{PersonID: member, Steward: true}},
	}
	list := []networks.NetworkRecord{}
	for i := range n {
		person := networks.MemberRecord{PersonExternalID: fmt.Sprint("more/person/", i)}
		all.Members = append(all.Members, person)
		part := networks.NetworkRecord{
			ExternalID: fmt.Sprint("more/network/", i), Name: fmt.Sprint("Library ", i), Purpose: "One of them.", Access: networks.Open, Parents: []string{"more/network"},
			Members: []networks.MemberRecord{{PersonID: member}, person},
		}
		offer := networks.NetworkRecord{
			ExternalID: fmt.Sprint("more/offer/", i), Name: fmt.Sprint("Offer ", i), Purpose: "Come.", Access: networks.Private,
			Members: []networks.MemberRecord{{PersonExternalID: person.PersonExternalID, Steward: true}, {PersonID: member, State: networks.Invited}},
		}
		list = append(list, part, offer)
	}
	err := h.DB.Tx(t.Context(), func(tx *db.Tx) error {
		if _, err := h.App.ImportDeps().Networks.ImportNetworks(t.Context(), tx, append(list, all)); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `
			UPDATE threads
			SET network_id = (SELECT n.id FROM networks n WHERE n.external_id = 'more/network')
			WHERE external_id LIKE 'more/thread/%' AND external_id <> 'more/thread/0'`); err != nil {
			return err
		}
		_, err := tx.Exec(t.Context(), `
			INSERT INTO network_links (parent_id, child_id, state, created_at)
			SELECT a.id, o.id, 'requested', 1
			FROM networks a
			JOIN networks o ON o.external_id LIKE 'more/offer/%'
			WHERE a.external_id = 'more/network'
			ON CONFLICT (parent_id, child_id) DO NOTHING`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// growBlogs has the member publish n posts of one series, written with somebody, and begin a draft, whose id it returns.
func growBlogs(t *testing.T, c *apptest.Client, n int) (draft string) {
	t.Helper()
	for i := range n {
		form := url.Values{
			"title": {"What the shelf says"}, "body": {"Library broadband, again."}, "summary": {"Again."}, "new_series": {"The shelf"}, "topics": {"Connectivity"},
			"authors": {"sian-rees"}, "audience": {[]string{"public", "hub"}[i%2]}, "do": {"publish"},
		}
		if got := c.Post("/blog/priya-nair/write", form); got.Status != http.StatusSeeOther {
			t.Fatalf("publish: status %d\n%s", got.Status, got.Body)
		}
		form.Set("do", "save")
		got := c.Post("/blog/priya-nair/write", form)
		if got.Status != http.StatusSeeOther {
			t.Fatalf("begin a draft: status %d\n%s", got.Status, got.Body)
		}
		draft = got.Location[strings.LastIndexByte(got.Location, '/')+1:]
	}
	return draft
}

// growDecisions has the moderator record n decisions, with all that one can have, and returns the last one.
func growDecisions(t *testing.T, h *apptest.Hub, n int, kind string) (id string) {
	t.Helper()
	for range n {
		form := url.Values{
			"title": {"We lend tablets"}, "authority": {"The board"}, "kind": {kind}, "topics": {"Connectivity"}, "audience": {"public"}, "owner": {"Siân Rees"},
			"option-1": {"Lend"}, "option-2": {"Keep"}, "chosen": {"1"}, "evidence-title-1": {"A count"}, "evidence-url-1": {"/threads/1"}, "assume-1": {"They come back"},
		}
		got := h.As(ruth).Post("/decisions", form)
		if got.Status != http.StatusSeeOther {
			t.Fatalf("decide: status %d\n%s", got.Status, got.Body)
		}
		id = strings.TrimPrefix(got.Location, "/threads/")
	}
	for i := range min(n, 5) {
		c := h.As([]string{priya, imran, helen, ruth, priya}[i])
		if got := c.Post("/threads/"+id+"/stance", url.Values{"stance": {"disagree"}, "reason": {"They do not."}}); kind != "" && got.Status != http.StatusSeeOther {
			t.Fatalf("take a stance: status %d\n%s", got.Status, got.Body)
		}
	}
	return id
}

// grow brings every list of the hub to at least n lines: people, topics, threads of different people and topics, replies under
// the first of them, and for the member drafts, follows, votes and devices.
func grow(t *testing.T, h *apptest.Hub, n int) {
	t.Helper()
	var lines bytes.Buffer
	add := func(v map[string]any) {
		t.Helper()
		if err := json.NewEncoder(&lines).Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		author, topic := fmt.Sprint("more/person/", i), fmt.Sprintf("Connected library %d", i)
		add(map[string]any{"type": "person", "external_id": author, "name": fmt.Sprintf("Connie Library %d", i), "job_title": "Librarian"})
		add(map[string]any{"type": "topic", "external_id": fmt.Sprint("more/topic/", i), "name": topic, "synonyms": []string{fmt.Sprintf("con%d", i)}})
		for j, kind := range []string{"question", "discussion"} {
			add(map[string]any{"type": "thread", "external_id": fmt.Sprint("more/thread/", 2*i+j), "kind": kind, "title": fmt.Sprintf("Library broadband %d", 2*i+j),
				"body": "The library has none. @sian-rees", "author": author, "topics": []string{"Connectivity", topic}, "audience": []string{"public", "hub"}[i%2], "created": "2027-05-03T10:00:00Z"})
		}
		add(map[string]any{"type": "reply", "external_id": fmt.Sprint("more/reply/", i), "thread": "more/thread/0", "body": "The library has it too.", "author": author, "created": "2027-05-03T11:00:00Z"})
		add(map[string]any{"type": "reply", "external_id": fmt.Sprint("more/answer/", i), "thread": fmt.Sprint("more/thread/", 2*i+1), "body": "Ask about library broadband.", "author": author, "created": "2027-05-03T12:00:00Z"})
	}
	path := filepath.Join(t.TempDir(), "more.jsonl")
	if err := os.WriteFile(path, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := importers.JSONL(t.Context(), h.App.ImportDeps(), path, importers.Options{}); err != nil {
		t.Fatal(err)
	}
	growNetworks(t, h, n)
	for i := range n {
		c := h.As(priya)
		id := threadOf(t, h, fmt.Sprint("more/thread/", i))
		for path, form := range map[string]url.Values{
			"/follow":                   {"kind": {"thread"}, "id": {id}},
			"/drafts":                   {"place": {"thread:" + id}, "body": {fmt.Sprint("half a thought ", i)}},
			"/threads/" + id + "/votes": {},
		} {
			if got := c.Post(path, form); got.Status >= 400 {
				t.Fatalf("POST %s: status %d\n%s", path, got.Status, got.Body)
			}
		}
	}
	h.Drain()
}
