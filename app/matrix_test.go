package app_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/kv"
	"watercooler/auth"
)

// matrix says for every route what it answers to whom. A cell is the status; "in" is the way to the sign-in page. The author
// wrote the thread, the reply, the draft and the profile that an address is about, and has no role. The token is a member's,
// sent as a program does, and is worth something under /api alone.
//
// Where a route is about a thread or reply there is a line for each audience: public, hub (everyone signed in), org (the home
// organisation; the partner's people are not in it) and network (a closed one: the author, the netmember and the steward are in
// it, and the steward looks after it). Where it is about a network there is a line for an open and public one, a closed one, and a
// private one; the netmember is a member and the steward its only steward. The test sees to it that whoever cannot read a thread, or
// know of a network, gets on every one of these lines exactly what they would get if it did not exist.
//
// Behind the bar stands what is sent: the query of a GET, the form of a POST. $thread and its like are made for each cell.
const matrix = `
ROUTE                                 audience    out member partner netmember steward leader manager moderator admin author token
GET  /healthz                        -           200 200    200     200       200     200    200     200       200   200    200
GET  /readyz                         -           200 200    200     200       200     200    200     200       200   200    200
GET  /static/:hash/*                 -           404 404    404     404       404     404    404     404       404   404    404

GET  /                               -           200 200    200     200       200     200    200     200       200   200    200
GET  /latest                         -           200 200    200     200       200     200    200     200       200   200    200
GET  /unanswered                     -           200 200    200     200       200     200    200     200       200   200    200
GET  /following                      -           in  200    200     200       200     200    200     200       200   200    in

GET  /write                          -           in  200    200     200       200     200    200     200       200   200    in
POST /threads                        -           in  303    303     303       303     303    303     303       303   303    in    | kind=question&title=Who+has+tablets+to+lend%3F&audience=hub
POST /preview                        public      in  200    200     200       200     200    200     200       200   200    in    | place=thread:$thread&body=Ten
                                     hub         in  200    200     200       200     200    200     200       200   200    in
                                     org         in  200    404     200       200     200    200     200       200   200    in
                                     network     in  404    404     200       200     404    404     404       404   200    in
GET  /similar                        -           in  200    200     200       200     200    200     200       200   200    in    | title=tablets
GET  /drafts                         -           in  200    200     200       200     200    200     200       200   200    in
POST /drafts                         public      in  303    303     303       303     303    303     303       303   303    in    | place=thread:$thread&body=Ten
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  303    303     303       303     303    303     303       303   303    in
POST /drafts/:id/delete              -           in  404    404     404       404     404    404     404       404   303    in

GET  /threads/:id                    public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /threads/:id/knowing            public      in  200    200     200       200     200    200     200       200   200    in
                                     hub         in  200    200     200       200     200    200     200       200   200    in
                                     org         in  200    404     200       200     200    200     200       200   200    in
                                     network     in  404    404     200       200     404    404     404       404   200    in
GET  /threads/:id/history            public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /threads/:id/edit               public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /threads/:id/edit               public      in  403    403     403       403     403    403     303       303   303    in    | title=Who+has+tablets%3F&revision=1
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
POST /threads/:id/replies            public      in  303    303     303       303     303    303     303       303   303    in    | body=Ten
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    404     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
POST /threads/:id/votes              public      in  303    303     303       303     303    303     303       303   403    in
                                     hub         in  303    303     303       303     303    303     303       303   403    in
                                     org         in  303    404     303       303     303    303     303       303   403    in
                                     network     in  404    404     303       303     404    404     404       404   403    in
POST /threads/:id/unvote             public      in  303    303     303       303     303    303     303       303   403    in
                                     hub         in  303    303     303       303     303    303     303       303   403    in
                                     org         in  303    404     303       303     303    303     303       303   403    in
                                     network     in  404    404     303       303     404    404     404       404   403    in
POST /threads/:id/close              public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
POST /threads/:id/reopen             public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/move               public      in  403    403     403       403     403    403     200       200   403    in
                                     hub         in  403    403     403       403     403    403     200       200   403    in
                                     org         in  403    404     403       403     403    403     200       200   403    in
                                     network     in  404    404     403       200     404    404     404       404   403    in
POST /threads/:id/move               public      in  403    403     403       403     403    403     303       303   403    in    | kind=discussion&network=$home
                                     hub         in  403    403     403       403     403    403     303       303   403    in
                                     org         in  403    404     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
GET  /threads/:id/merge              public      in  403    403     403       403     403    403     200       200   403    in    | into=$second
                                     hub         in  403    403     403       403     403    403     200       200   403    in
                                     org         in  403    404     403       403     403    403     200       200   403    in
                                     network     in  404    404     403       200     404    404     404       404   403    in
POST /threads/:id/merge              public      in  403    403     403       403     403    403     303       303   403    in    | into=$second
                                     hub         in  403    403     403       403     403    403     303       303   403    in
                                     org         in  403    404     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
GET  /threads/:id/split              public      in  403    403     403       403     403    403     200       200   403    in
                                     hub         in  403    403     403       403     403    403     200       200   403    in
                                     org         in  403    404     403       403     403    403     200       200   403    in
                                     network     in  404    404     403       200     404    404     404       404   403    in
POST /threads/:id/split              public      in  403    403     403       403     403    403     303       303   403    in    | kind=discussion&title=Ten+tablets&replies=$reply
                                     hub         in  403    403     403       403     403    403     303       303   403    in
                                     org         in  403    404     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
POST /threads/:id/pin                public      in  403    403     403       403     403    403     303       303   403    in
                                     hub         in  403    403     403       403     403    403     303       303   403    in
                                     org         in  403    404     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
POST /threads/:id/unpin              public      in  403    403     403       403     403    403     303       303   403    in
                                     hub         in  403    403     403       403     403    403     303       303   403    in
                                     org         in  403    404     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
POST /threads/:id/check              public      in  403    403     403       403     403    403     409       409   409    in
                                     hub         in  403    403     403       403     403    403     409       409   409    in
                                     org         in  403    404     403       403     403    403     409       409   409    in
                                     network     in  404    404     403       409     404    404     404       404   409    in
POST /threads/:id/uncheck            public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/supersede          public      in  403    403     403       403     403    403     200       200   200    in    | by=$second
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/supersede          public      in  403    403     403       403     403    403     303       303   303    in    | by=$second
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
POST /threads/:id/unsupersede        public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/keep               public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/keep               public      in  403    403     403       403     403    403     303       303   303    in | reference=yes&every=6
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/delete             public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/delete             public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /keeping                        -           in  200    200     200       200     200    200     200       200   200    in

GET  /reflections                    -           in  200    200     200       200     200    200     200       200   200    in
POST /reflections                    -           in  303    303     303       303     303    303     303       303   303    in | kind=weeknote&learnt=Order+salt+early
GET  /reflections/lessons            -           in  200    200     200       200     200    200     200       200   200    in | q=salt
GET  /reflections/new                -           in  200    200     200       200     200    200     200       200   200    in | kind=weeknote
GET  /reflections/:id                -           in  404    404     404       404     404    404     404       404   200    in
POST /reflections/:id                -           in  404    404     404       404     404    404     404       404   303    in | kind=weeknote&learnt=Order+salt+earlier&revision=1
GET  /reflections/:id/edit           -           in  404    404     404       404     404    404     404       404   200    in
GET  /reflections/:id/share          -           in  404    404     404       404     404    404     404       404   200    in
POST /reflections/:id/share          -           in  404    404     404       404     404    404     404       404   303    in | audience=hub
GET  /reflections/:id/delete         -           in  404    404     404       404     404    404     404       404   200    in
POST /reflections/:id/delete         -           in  404    404     404       404     404    404     404       404   303    in

GET  /replies/:id                    public      303 303    303     303       303     303    303     303       303   303    303
                                     hub         404 303    303     303       303     303    303     303       303   303    404
                                     org         404 303    404     303       303     303    303     303       303   303    404
                                     network     404 404    404     303       303     404    404     404       404   303    404
GET  /replies/:id/history            public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /replies/:id/edit               public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /replies/:id/edit               public      in  403    403     403       403     403    403     303       303   303    in    | body=Eleven&revision=1
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
POST /replies/:id/votes              public      in  303    303     303       303     303    303     303       303   403    in
                                     hub         in  303    303     303       303     303    303     303       303   403    in
                                     org         in  303    404     303       303     303    303     303       303   403    in
                                     network     in  404    404     303       303     404    404     404       404   403    in
POST /replies/:id/unvote             public      in  303    303     303       303     303    303     303       303   403    in
                                     hub         in  303    303     303       303     303    303     303       303   403    in
                                     org         in  303    404     303       303     303    303     303       303   403    in
                                     network     in  404    404     303       303     404    404     404       404   403    in
POST /replies/:id/accept             public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
POST /replies/:id/unaccept           public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /replies/:id/delete             public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /replies/:id/delete             public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in

POST /follow                         public      in  303    303     303       303     303    303     303       303   303    in    | kind=thread&id=$thread
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    404     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
POST /unfollow                       public      in  303    303     303       303     303    303     303       303   303    in    | kind=thread&id=$thread
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  303    303     303       303     303    303     303       303   303    in

GET  /search                         -           200 200    200     200       200     200    200     200       200   200    200   | q=library
GET  /search/narrow                 -           200 200    200     200       200     200    200     200       200   200    200   | q=library
GET  /suggest                        -           200 200    200     200       200     200    200     200       200   200    200   | q=con

GET  /decisions                      -           200 200    200     200       200     200    200     200       200   200    200
POST /decisions                      -           in  303    303     303       303     303    303     303       303   303    in    | title=We+lend+tablets&audience=hub
GET  /decisions.csv                  -           200 200    200     200       200     200    200     200       200   200    200
GET  /decisions.json                 -           200 200    200     200       200     200    200     200       200   200    200
GET  /decisions/new                  -           in  200    200     200       200     200    200     200       200   200    in
GET  /threads/:id/decide             public      in  200    200     200       200     200    200     200       200   200    in
                                     hub         in  200    200     200       200     200    200     200       200   200    in
                                     org         in  200    404     200       200     200    200     200       200   200    in
                                     network     in  404    404     200       200     404    404     404       404   200    in
POST /threads/:id/decide             public      in  303    303     303       303     303    303     303       303   303    in    | title=We+lend+tablets
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    404     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
GET  /threads/:id/amend              public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/amend              public      in  403    403     403       403     403    403     303       303   303    in    | title=We+lend+ten+tablets&revision=1&reason=There+are+ten
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/stance             public      in  200    200     200       200     200    200     200       200   200    in
                                     hub         in  200    200     200       200     200    200     200       200   200    in
                                     org         in  200    404     200       200     200    200     200       200   200    in
                                     network     in  404    404     200       200     404    404     404       404   200    in
POST /threads/:id/stance             public      in  303    303     303       303     303    303     303       303   303    in    | stance=disagree&reason=They+are+old
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    404     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
GET  /threads/:id/agree              public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/agree              public      in  403    403     403       403     403    403     303       303   303    in    | authority=The+board
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/challenge          public      in  200    200     200       200     200    200     200       200   200    in
                                     hub         in  200    200     200       200     200    200     200       200   200    in
                                     org         in  200    404     200       200     200    200     200       200   200    in
                                     network     in  404    404     200       200     404    404     404       404   200    in
POST /threads/:id/challenge          public      in  303    303     303       303     303    303     303       303   303    in    | reason=They+are+lost
                                     hub         in  303    303     303       303     303    303     303       303   303    in
                                     org         in  303    404     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
GET  /threads/:id/review             public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/review             public      in  403    403     403       403     403    403     303       303   303    in    | outcome=right&learnt=Little
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /threads/:id/withdraw           public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/withdraw           public      in  403    403     403       403     403    403     303       303   303    in    | reason=They+are+lost
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in

GET  /threads/:id/offers             public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       200     404    404     404       404   200    in
POST /threads/:id/offers             public      in  403    403     403       403     403    403     422       422   422    in
                                     hub         in  403    403     403       403     403    403     422       422   422    in
                                     org         in  403    404     403       403     403    403     422       422   422    in
                                     network     in  404    404     403       422     404    404     404       404   422    in
POST /threads/:id/offers/stop        public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
POST /threads/:id/offers/resume      public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       303     404    404     404       404   303    in
GET  /offers                         -           in  200    200     200       200     200    200     200       200   200    in
POST /offers/:id/accept              -           in  404    404     404       404     404    404     404       404   404    in
GET  /offers/:id/pass                -           in  404    404     404       404     404    404     404       404   404    in
POST /offers/:id/pass                -           in  404    404     404       404     404    404     404       404   404    in
POST /offers/:id/decline             -           in  404    404     404       404     404    404     404       404   404    in

GET  /signals                        -           200 200    200     200       200     200    200     200       200   200    200
POST /signals                        -           in  303    303     303       303     303    303     303       303   303    in    | url=https%3A%2F%2Fnews.example%2F$serial&title=What+the+papers+say&kind=press&audience=hub
GET  /signals/new                    -           in  200    200     200       200     200    200     200       200   200    in    | url=https%3A%2F%2Fnews.example%2F1
GET  /signals/items/:id              hub         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
POST /signals/items/:id/clip         hub         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
POST /signals/items/:id/discuss      hub         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
POST /signals/items/:id/dismiss      hub         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
POST /signals/items/:id/restore      hub         in  303    303     303       303     303    303     303       303   303    in
                                     network     in  404    404     303       303     404    404     404       404   303    in
GET  /signals/sources                -           in  200    200     200       200     200    200     200       200   200    in
POST /signals/sources                -           in  403    403     403       403     403    403     303       303   403    in    | url=https%3A%2F%2Ffeed.example%2F$serial&title=A+feed&kind=press
GET  /signals/sources/new            -           in  200    200     403       200     403    200     200       200   200    in
GET  /signals/sources/:id/edit       hub         in  403    403     403       403     403    403     200       200   403    in
                                     network     in  404    404     403       200     404    404     404       404   403    in
POST /signals/sources/:id/edit       hub         in  403    403     403       403     403    403     303       303   403    in    | title=Another+name&kind=policy
                                     network     in  404    404     403       303     404    404     404       404   403    in
POST /signals/sources/:id/pause      hub         in  403    403     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
POST /signals/sources/:id/resume     hub         in  403    403     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in
POST /signals/sources/:id/remove     hub         in  403    403     403       403     403    403     303       303   403    in
                                     network     in  404    404     403       303     404    404     404       404   403    in

GET  /experts                        -           in  200    200     200       200     200    200     200       200   200    in    | q=library
GET  /settings/knowing               -           in  200    200     200       200     200    200     200       200   200    in
POST /settings/knowing               -           in  303    303     303       303     303    303     303       303   303    in    | suggested=yes&open=yes&weekly_cap=3&days=mon
POST /settings/knowing/:topic        -           in  303    303     303       303     303    303     303       303   303    in    | do=confirm
GET  /people/:handle/endorse         public      in  200    200     200       200     200    200     200       200   403    in    | reply=$reply
                                     hub         in  200    200     200       200     200    200     200       200   403    in
                                     org         in  200    404     200       200     200    200     200       200   403    in
                                     network     in  404    404     200       200     404    404     404       404   403    in
POST /people/:handle/endorse         public      in  422    422     422       422     422    422     422       422   403    in    | reply=$reply&topic=connectivity
                                     hub         in  422    422     422       422     422    422     422       422   403    in
                                     org         in  422    404     422       422     422    422     422       422   403    in
                                     network     in  404    404     422       422     404    404     404       404   403    in
POST /endorsements/:id/withdraw      -           in  404    404     404       404     404    404     404       404   404    in

GET  /insights/maps                  -           in  404 404     404       404     200    404     404       200   404    in
GET  /insights/maps/networks         -           in  404 404     404       404     200    404     404       200   404    in
GET  /insights/maps/topics           -           in  404 404     404       404     200    404     404       200   404    in
GET  /insights/maps/knowledge        -           in  404 404     404       404     200    404     404       200   404    in
GET  /insights/maps/missing          -           in  404 404     404       404     200    404     404       200   404    in
GET  /insights/maps/:map.csv         -           in  404 404     404       404     200    404     404       200   404    in    | level=1
GET  /insights/maps/:map.json        -           in  404 404     404       404     200    404     404       200   404    in
GET  /insights/you                   -           in  200 200     200       200     200    200     200       200   200    in
GET  /insights/symptoms              -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/symptoms.csv          -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/symptoms.json         -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/symptoms/:symptom     -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/findings/:id          -           in  404    404     404       404     200    404     404       200   404    in
POST /insights/findings/:id/dismiss  -           in  404    404     404       404     303    404     404       303   404    in    | reason=It+is+the+season
POST /insights/findings/:id/reopen   -           in  404    404     404       404     303    404     404       303   404    in

GET  /people                         -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/chart                   -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/:handle                 -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/:handle/posts           -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/:handle/answers         -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/:handle/discussions     -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/:handle/networks        -           in  200    200     200       200     200    200     200       200   200    in
GET  /people/:handle/edit            -           in  404    404     404       404     404    404     404       200   404    in
POST /people/:handle/edit            -           in  404    404     404       404     404    404     404       303   404    in    | name=Zofia+Kowalska
POST /people/:handle/photo           -           in  404    404     404       404     404    404     404       422   404    in
POST /people/:handle/photo/delete    -           in  404    404     404       404     404    404     404       303   404    in
GET  /units/:id                      -           in  200    200     200       200     200    200     200       200   200    in
GET  /files/:key                     -           404 200    200     200       200     200    200     200       200   200    404

GET  /feed.atom                      -           200 200    200     200       200     200    200     200       200   200    200
GET  /feed.json                      -           200 200    200     200       200     200    200     200       200   200    200
GET  /blogs                          -           200 200    200     200       200     200    200     200       200   200    200
GET  /blog/new                       -           in  200    200     200       200     200    200     200       200   200    in
POST /blog/new                       -           in  422    422     422       422     422    422     422       422   422    in    | owner=person:0&name=Mine&audience=hub&when=now
GET  /blog/write                     -           in  200    200     303       200     200    200     200       200   200    in
GET  /blog/drafts                    -           in  200    200     200       200     200    200     200       200   200    in
GET  /blog/drafts/:id                -           in  404    404     404       404     404    404     404       404   200    in
POST /blog/drafts/:id                -           in  404    404     404       404     404    404     404       404   303    in    | title=Tablets&body=Ten&revision=1&do=save
GET  /blog/drafts/:id/preview        -           in  404    404     404       404     404    404     404       404   200    in
POST /blog/drafts/:id/share          -           in  404    404     404       404     404    404     404       404   200    in
POST /blog/drafts/:id/unshare        -           in  404    404     404       404     404    404     404       404   303    in
GET  /blog/drafts/:id/delete         -           in  404    404     404       404     404    404     404       404   200    in
POST /blog/drafts/:id/delete         -           in  404    404     404       404     404    404     404       404   303    in
GET  /blog/preview/:secret           -           404 404    404     404       404     404    404     404       404   404    404
GET  /blog/preview/:secret/cover     -           404 404    404     404       404     404    404     404       404   404    404
GET  /blog/:blog                     public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /blog/:blog/start               public      in  403    403     403       403     403    403     403       403   200    in
                                     hub         in  403    403     403       403     403    403     403       403   200    in
                                     org         in  403    404     403       403     403    403     403       403   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
GET  /blog/:blog/write               public      in  403    403     403       403     403    403     403       403   200    in
                                     hub         in  403    403     403       403     403    403     403       403   200    in
                                     org         in  403    404     403       403     403    403     403       403   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /blog/:blog/write               public      in  403    403     403       403     403    403     403       403   303    in    | title=Tablets&body=Ten&do=save
                                     hub         in  403    403     403       403     403    403     403       403   303    in
                                     org         in  403    404     403       403     403    403     403       403   303    in
                                     network     in  404    404     403       403     404    404     404       404   422    in
GET  /blog/:blog/settings            public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /blog/:blog/settings            public      in  403    403     403       403     403    403     303       303   303    in    | name=Cupboards&audience=$audience
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
POST /blog/:blog/authors             public      in  403    403     403       403     403    403     303       303   303    in    | handle=ben-chaffe
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
POST /blog/:blog/launch              public      in  403    403     403       403     403    403     303       303   303    in    | date=2028-01-01&time=09:00
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
GET  /blog/:blog/delete              public      in  403    403     403       403     403    403     403       403   200    in
                                     hub         in  403    403     403       403     403    403     403       403   200    in
                                     org         in  403    404     403       403     403    403     403       403   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /blog/:blog/delete              public      in  403    403     403       403     403    403     403       403   303    in
                                     hub         in  403    403     403       403     403    403     403       403   303    in
                                     org         in  403    404     403       403     403    403     403       403   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
GET  /blog/:blog/series/:series      public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /blog/:blog/:post               public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /blog/:blog/:post/edit          public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /blog/:blog/:post/edit          public      in  403    403     403       403     403    403     303       303   303    in    | title=Tablets&body=Eleven&revision=1
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
POST /blog/:blog/:post/unpublish     public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
GET  /blog/:blog/:post/delete        public      in  403    403     403       403     403    403     200       200   200    in
                                     hub         in  403    403     403       403     403    403     200       200   200    in
                                     org         in  403    404     403       403     403    403     200       200   200    in
                                     network     in  404    404     403       403     404    404     404       404   200    in
POST /blog/:blog/:post/delete        public      in  403    403     403       403     403    403     303       303   303    in
                                     hub         in  403    403     403       403     403    403     303       303   303    in
                                     org         in  403    404     403       403     403    403     303       303   303    in
                                     network     in  404    404     403       403     404    404     404       404   303    in
GET  /blog/:blog/:year/:month        public      200 200    200     200       200     200    200     200       200   200    200
                                     hub         404 200    200     200       200     200    200     200       200   200    404
                                     org         404 200    404     200       200     200    200     200       200   200    404
                                     network     404 404    404     200       200     404    404     404       404   200    404
GET  /blog/:blog/feed.atom           -           200 200    200     200       200     200    200     200       200   200    200
GET  /blog/:blog/feed.json           -           200 200    200     200       200     200    200     200       200   200    200
POST /blog/:blog/readers             -           404 404    404     404       404     404    404     404       404   404    404
GET  /blog/readers/:token            -           404 404    404     404       404     404    404     404       404   404    404
POST /blog/readers/:token            -           200 200    200     200       200     200    200     200       200   200    200  | do=stop
GET  /settings/letters               -           in  200    200     200       200     200    200     200       200   200    in

POST /search/opened                  -           204 204    204     204       204     204    204     204       204   204    204   | q=library
GET  /bets                           -           in  403    403     403       403     403    403     200       200   403    in
POST /bets                           -           in  403    403     403       403     403    403     422       422   403    in    | words=holiday
POST /bets/:id/remove                -           in  403    403     403       403     403    403     404       404   403    in
GET  /gaps                           -           in  200    404     200       200     200    200     200       200   200    in
GET  /gaps/:id                       -           in  200    404     200       200     200    200     200       200   200    in
POST /gaps/:id/take                  -           in  303    404     303       303     303    303     303       303   303    in
POST /gaps/:id/assign                -           in  403    404     403       403     303    403     303       303   403    in | who=@priya-nair
POST /gaps/:id/close                 -           in  403    404     403       403     303    403     303       303   403    in | note=Ask+the+desk
GET  /searches                       -           in  200    200     200       200     200    200     200       200   200    in
POST /searches                       -           in  303    303     303       303     303    303     303       303   303    in    | q=library
GET  /searches/:id                   -           in  404    404     404       404     404    404     404       404   404    in
POST /searches/:id                   -           in  404    404     404       404     404    404     404       404   404    in    | do=stop
GET  /opensearch.xml                 -           200 200    200     200       200     200    200     200       200   200    200
GET  /robots.txt                     -           200 200    200     200       200     200    200     200       200   200    200
GET  /sitemap.xml                    -           200 200    200     200       200     200    200     200       200   200    200
GET  /sitemap/:kind/:n.xml           -           200 200    200     200       200     200    200     200       200   200    200
GET  /.well-known/security.txt       -           404 404    404     404       404     404    404     404       404   404    404
GET  /site/:statement                -           200 200    200     200       200     200    200     200       200   200    200
GET  /site/:statement/edit           -           in  404    404     404       404     404    404     404       200   404    in
POST /site/:statement/edit           -           in  404    404     404       404     404    404     404       303   404    in    | body=We+mean+it
POST /site/:statement/restore        -           in  404    404     404       404     404    404     404       303   404    in

GET  /networks                       -           200 200    200     200       200     200    200     200       200   200    200
POST /networks                       -           in  303    303     303       303     303    303     303       303   303    in    | name=Lenders&purpose=Who+lends+what.&access=open
GET  /networks/new                   -           in  200    200     200       200     200    200     200       200   200    in
GET  /networks/map                   -           200 200    200     200       200     200    200     200       200   200    200
GET  /networks/:slug                 open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 200    200     200       200     200    200     200       200   200    404
                                     private     404 404    404     200       200     404    404     404       404   404    404
GET  /networks/:slug/feed.atom       open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 404    404     404       404     404    404     404       404   404    404
                                     private     404 404    404     404       404     404    404     404       404   404    404
GET  /networks/:slug/questions       open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 200    200     200       200     200    200     200       200   200    404
                                     private     404 404    404     200       200     404    404     404       404   404    404
GET  /networks/:slug/posts           open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 200    200     200       200     200    200     200       200   200    404
                                     private     404 404    404     200       200     404    404     404       404   404    404
GET  /networks/:slug/people          open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 200    200     200       200     200    200     200       200   200    404
                                     private     404 404    404     200       200     404    404     404       404   404    404
GET  /networks/:slug/about           open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 200    200     200       200     200    200     200       200   200    404
                                     private     404 404    404     200       200     404    404     404       404   404    404
GET  /networks/:slug/networks        open        200 200    200     200       200     200    200     200       200   200    200
                                     closed      404 200    200     200       200     200    200     200       200   200    404
                                     private     404 404    404     200       200     404    404     404       404   404    404
GET  /networks/:slug/edit            open        in  403    403     403       200     403    403     200       200   403    in
                                     closed      in  403    403     403       200     403    403     200       200   403    in
                                     private     in  404    404     403       200     404    404     404       404   404    in
POST /networks/:slug/edit            open        in  403    403     403       303     403    403     303       303   403    in    | name=Lenders&purpose=Who+lends+what.&access=closed
                                     closed      in  403    403     403       303     403    403     303       303   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/finish          open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/resume          open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/join            open        in  303    303     303       303     303    303     303       303   303    in
                                     closed      in  409    409     303       303     409    409     409       409   409    in
                                     private     in  404    404     303       303     404    404     404       404   404    in
POST /networks/:slug/request         open        in  303    303     303       303     303    303     303       303   303    in    | note=Please
                                     closed      in  303    303     303       303     303    303     303       303   303    in
                                     private     in  404    404     303       303     404    404     404       404   404    in
POST /networks/:slug/leave           open        in  303    303     303       409     303    303     303       303   303    in
                                     closed      in  303    303     303       409     303    303     303       303   303    in
                                     private     in  404    404     303       409     404    404     404       404   404    in
POST /networks/:slug/invite          open        in  403    403     403       303     403    403     403       403   403    in    | who=@ben-chaffe
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/invitation/accept open        in  404    404     404       404     404    404     404       404   404    in
                                     closed      in  404    404     404       404     404    404     404       404   404    in
                                     private     in  404    404     404       404     404    404     404       404   404    in
POST /networks/:slug/invitation/decline open        in  404    404     404       404     404    404     404       404   404    in
                                     closed      in  404    404     404       404     404    404     404       404   404    in
                                     private     in  404    404     404       404     404    404     404       404   404    in
POST /networks/:slug/people/:id/accept open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/people/:id/decline open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/people/:id/remove open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/people/:id/appoint open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/people/:id/dismiss open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/links           open        in  403    403     403       303     403    403     403       403   403    in    | with=$other&way=joins
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/links/:id/accept open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in
POST /networks/:slug/links/:id/end   open        in  403    403     403       303     403    403     403       403   403    in
                                     closed      in  403    403     403       303     403    403     403       403   403    in
                                     private     in  404    404     403       303     404    404     404       404   404    in

GET  /topics                         -           200 200    200     200       200     200    200     200       200   200    200
POST /topics                         -           in  403    403     403       403     403    403     303       303   403    in    | name=Topic+$serial
GET  /topics/new                     -           in  403    403     403       403     403    403     200       200   403    in
GET  /brief                          -           404 200    404     200       200     200    200     200       200   200    404
POST /brief/letters                  -           in  404    404     404       404     404    404     404       404   404    in    | every=month
GET  /brief/letters/:token           -           404 404    404     404       404     404    404     404       404   404    404
POST /brief/letters/:token           -           200 200    200     200       200     200    200     200       200   200    200  | do=stop
GET  /brief/:period                  open        404 200    200     200       200     200    200     200       200   200    404   | network=$network
                                     closed      404 404    404     200       200     404    404     404       404   404    404
                                     private     404 404    404     200       200     404    404     404       404   404    404

GET  /topics/:slug                   -           200 200    200     200       200     200    200     200       200   200    200
GET  /topics/:slug/view              -           200 200    200     200       200     200    200     200       200   200    200
GET  /topics/:slug/view.md           -           200 200    200     200       200     200    200     200       200   200    200
GET  /topics/:slug/edit              -           in  403    403     403       403     403    403     200       200   403    in
POST /topics/:slug/edit              -           in  403    403     403       403     403    403     303       303   403    in    | name=Connectivity
GET  /topics/:slug/feed.atom         -           200 200    200     200       200     200    200     200       200   200    200
GET  /topics/:slug/merge             -           in  403    403     403       403     403    403     200       200   403    in    | into=Libraries
POST /topics/:slug/merge             -           in  403    403     403       403     403    403     422       422   403    in    | into=Connectivity

GET  /sign-in                        -           200 303    303     303       303     303    303     303       303   303    200
POST /sign-in                        -           422 422    422     422       422     422    422     422       422   422    422   | email=nobody$serial@tamarshire.example&password=wrong
POST /sign-in/sample                 -           404 404    404     404       404     404    404     404       404   404    404   | account=$account
GET  /sign-in/sso/:provider          -           404 404    404     404       404     404    404     404       404   404    404
GET  /sign-in/sso/:provider/callback -           403 403    403     403       403     403    403     403       403   403    403
GET  /sign-in/forgotten              -           200 200    200     200       200     200    200     200       200   200    200
POST /sign-in/forgotten              -           200 200    200     200       200     200    200     200       200   200    200   | email=nobody$serial@tamarshire.example
POST /sign-out                       -           303 303    303     303       303     303    303     303       303   303    303
GET  /link/:secret                   -           404 404    404     404       404     404    404     404       404   404    404
POST /link/:secret                   -           404 404    404     404       404     404    404     404       404   404    404
GET  /welcome                        -           404 404    404     404       404     404    404     404       404   404    404
POST /welcome                        -           404 404    404     404       404     404    404     404       404   404    404

GET  /settings                       -           in  200    200     200       200     200    200     200       200   200    in
POST /settings/theme                 -           303 303    303     303       303     303    303     303       303   303    303   | theme=dark
POST /settings/password              -           in  422    422     422       422     422    422     422       422   422    in    | current=wrong&password=a+long+enough+password
POST /settings/devices/end           -           in  303    303     303       303     303    303     303       303   303    in
POST /settings/devices/:id/end       -           in  404    404     404       404     404    404     404       404   303    in
GET  /settings/profile               -           in  200    200     200       200     200    200     200       200   200    in
POST /settings/profile               -           in  303    303     303       303     303    303     303       303   303    in    | name=Somebody
POST /settings/photo                 -           in  422    422     422       422     422    422     422       422   422    in
POST /settings/photo/delete          -           in  303    303     303       303     303    303     303       303   303    in
GET  /settings/export                -           in  200    200     200       200     200    200     200       200   200    in
POST /settings/export                -           in  200    200     200       200     200    200     200       200   200    in

GET  /insights                      -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/scorecard            -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/method               -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/looked               -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/figures.csv          -           in  404    404     404       404     200    404     404       200   404    in
GET  /insights/figures.json         -           in  404    404     404       404     200    404     404       200   404    in

GET  /admin                          -           in  404    404     404       404     404    404     404       200   404    in
GET  /admin/accounts                 -           in  404    404     404       404     404    404     404       200   404    in
POST /admin/accounts                 -           in  404    404     404       404     404    404     404       303   404    in    | name=Somebody+New&email=new$serial@tamarshire.example
POST /admin/accounts/:id/roles       -           in  404    404     404       404     404    404     404       303   404    in
POST /admin/accounts/:id/link        -           in  404    404     404       404     404    404     404       200   404    in
POST /admin/accounts/:id/disable     -           in  404    404     404       404     404    404     404       303   404    in
POST /admin/accounts/:id/enable      -           in  404    404     404       404     404    404     404       303   404    in
GET  /admin/events                   -           in  404    404     404       404     404    404     404       200   404    in
POST /admin/events/:id/retry         -           in  404    404     404       404     404    404     404       303   404    in
POST /admin/events/:id/discard       -           in  404    404     404       404     404    404     404       303   404    in

GET  /api/v1/search                  -           200 200    200     200       200     200    200     200       200   200    200   | q=library
GET  /api/v1/experts                 -           200 200    200     200       200     200    200     200       200   200    200   | q=library
GET  /api/v1/openapi.json            -           200 200    200     200       200     200    200     200       200   200    200
GET  /api/v1/openapi.yaml            -           200 200    200     200       200     200    200     200       200   200    200
GET  /api/v1/openapi-3.0.json        -           200 200    200     200       200     200    200     200       200   200    200
GET  /api/v1/openapi-3.0.yaml        -           200 200    200     200       200     200    200     200       200   200    200
`

// visitors are the columns of matrix that have an account: by e-mail address.
var visitors = map[string]string{
	"member": priya, "partner": "owen.prideaux@moors.example", "leader": helen, "manager": "sian.rees@tamarshire.example",
	"moderator": ruth, "admin": imran, "author": "zofia.kowalska@tamarshire.example",
	"netmember": "dawn.pascoe@tamarshire.example", "steward": "tom.hocking@tamarshire.example",
}

// A line of matrix.
type line struct {
	method, route, audience, send string
	want                          []string // a cell per column
}

// TestMatrix asks every route as everybody. What changes something is asked from a page of another site first.
func TestMatrix(t *testing.T) {
	columns, lines := readMatrix(t)
	backends.EachURL(t, func(t *testing.T, address string) {
		m := newCrowd(t, apptest.SampleOn(t, address))
		checkRoutes(t, m.App.Addresses(), lines)
		may := readers(columns, lines)
		for _, l := range lines {
			got := make([]string, len(columns))
			for i, as := range columns {
				got[i] = m.ask(l, as, may)
			}
			if !slices.Equal(got, l.want) {
				t.Errorf("got, where the table says otherwise:\n%s", l.with(columns, got))
			}
		}
	})
}

// TestListsShowWhatMayBeRead looks for a thread of each audience wherever threads are listed, as everybody.
func TestListsShowWhatMayBeRead(t *testing.T) {
	columns, lines := readMatrix(t)
	may := readers(columns, lines)
	backends.EachURL(t, func(t *testing.T, address string) {
		m := newCrowd(t, apptest.SampleOn(t, address))
		for _, audience := range []string{"public", "hub", "org", "network"} {
			m.things(line{method: http.MethodGet, audience: audience}).get("reply")
		}
		m.Drain()
		for _, path := range []string{
			"/latest", "/latest?kind=question", "/topics/connectivity", "/people/zofia-kowalska/discussions", "/search?q=tablets+cupboard", "/suggest?q=tablets+cupb",
			"/similar?title=Where+are+tablets+of+a+cupboard", "/write?title=Where+are+tablets+of+a+cupboard", "/threads/" + m.shown["public"].get("thread"),
			"/api/v1/search?q=tablets+cupboard", "/api/v1/experts?q=tablets+cupboard",
		} {
			for _, as := range columns {
				res := m.Client().Get(path, m.credentials(as)...)
				if res.Status != http.StatusOK {
					continue // TestMatrix says whether rightly
				}
				for _, audience := range []string{"public", "hub", "org", "network"} {
					reader := as
					if as == "token" && strings.HasPrefix(path, "/api/") {
						reader = "member"
					}
					want := may[audience+reader]
					if as == "out" && strings.HasPrefix(path, "/api/v1/experts") {
						want = false // people are not named to strangers
					}
					if audience == "network" && strings.HasPrefix(path, "/threads/") {
						want = false // beside a thread stands what many may read, and what is in its own network
					}
					if got := strings.Contains(tags.ReplaceAllString(res.Body, ""), title(audience)); got != want {
						t.Errorf("%s as %s shows the thread for %s: %t, want %t", path, as, audience, got, want)
					}
				}
			}
		}
	})
}

// tags are what search results have around the words that were looked for.
var tags = regexp.MustCompile("<[^>]*>")

// readers says who may read a thread or know of a network, by audience and column: those who get its page.
func readers(columns []string, lines []line) map[string]bool {
	may := map[string]bool{}
	for _, l := range lines {
		for i, as := range columns {
			if l.method == http.MethodGet && (l.route == "/threads/:id" || l.route == "/networks/:slug") {
				may[l.audience+as] = l.want[i] == "200"
			}
		}
	}
	return may
}

// readMatrix reads the table.
func readMatrix(t *testing.T) (columns []string, lines []line) {
	t.Helper()
	for text := range strings.Lines(matrix) {
		cells, send, _ := strings.Cut(text, "|")
		f := strings.Fields(cells)
		switch {
		case len(f) == 0:
		case columns == nil:
			columns = f[2:]
		case len(f) == 3+len(columns):
			lines = append(lines, line{method: f[0], route: f[1], audience: f[2], want: f[3:], send: strings.TrimSpace(send)})
		case len(f) == 1+len(columns) && len(lines) > 0: // the route of the line above
			l := lines[len(lines)-1]
			l.audience, l.want = f[0], f[1:]
			lines = append(lines, l)
		default:
			t.Fatalf("line of the matrix: %q", text)
		}
	}
	return columns, lines
}

// with returns the line as it stands in the table, with other cells.
func (l line) with(columns, cells []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-4s %-31s %-11s", l.method, l.route, l.audience)
	for i, c := range columns {
		fmt.Fprintf(&b, " %-*s", len(c), cells[i])
	}
	return strings.TrimRight(b.String()+" | "+l.send, " |")
}

// checkRoutes fails for routes without lines, and lines without a route.
func checkRoutes(t *testing.T, routes []string, lines []line) {
	t.Helper()
	listed := map[string]bool{}
	for _, l := range lines {
		listed[l.method+" "+l.route] = true
		if !slices.Contains(routes, l.method+" "+l.route) {
			t.Errorf("there is no route %s %s", l.method, l.route)
		}
	}
	for _, r := range routes {
		if !listed[r] {
			t.Errorf("%s has no line in the matrix", r)
		}
	}
}

// crowd is a hub with somebody of every sort, and with things to look at and to break.
type crowd struct {
	*apptest.Hub
	t      *testing.T
	auth   *auth.Service
	author string // header of a session of theirs
	circle int64  // the closed network of the author, the netmember and the steward
	token  string
	shown  map[string]*things // what is only looked at, by audience
	serial int
}

func newCrowd(t *testing.T, h *apptest.Hub) *crowd {
	t.Helper()
	doors, err := auth.New(h.DB, kv.NewSQL(h.DB, h.Clock.Now), auth.Config{BaseURL: h.URL}, h.Clock.Now, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	m := &crowd{Hub: h, t: t, auth: doors, shown: map[string]*things{}}
	sendPhoto(t, h.As(priya))
	err = h.DB.Tx(t.Context(), func(tx *db.Tx) error {
		for _, handle := range []string{"zofia-kowalska", "ben-chaffe", "dawn-pascoe", "tom-hocking"} {
			person := m.number(`SELECT id FROM people WHERE handle = $1`, handle)
			if _, err := doors.Create(t.Context(), tx, auth.NewAccount{Person: person, Email: strings.Replace(handle, "-", ".", 1) + "@tamarshire.example"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	m.circle = m.network("the-circle", "closed", "zofia-kowalska")
	m.author = m.session(visitors["author"])
	if m.token, err = doors.NewAPIToken(t.Context(), priya, "matrix"); err != nil {
		t.Fatal(err)
	}
	return m
}

// number reads a number from the database.
func (m *crowd) number(query string, args ...any) (n int64) {
	m.t.Helper()
	if err := m.DB.QueryRow(m.t.Context(), query, args...).Scan(&n); err != nil {
		m.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// session returns the header of a new session of somebody.
func (m *crowd) session(email string) string {
	m.t.Helper()
	account := m.number(`SELECT id FROM accounts WHERE email = $1`, email)
	token, err := m.auth.Start(m.t.Context(), account, "matrix")
	if err != nil {
		m.t.Fatal(err)
	}
	return "Cookie: " + auth.CookieName("wc_session", false) + "=" + token
}

// credentials is the header with which a column asks, if any.
func (m *crowd) credentials(as string) []string {
	m.t.Helper()
	switch as {
	case "out":
		return nil
	case "token":
		return []string{"Authorization: Bearer " + m.token}
	}
	return []string{m.session(visitors[as])}
}

// ask returns what the route of l answers to a column.
func (m *crowd) ask(l line, as string, may map[string]bool) string {
	m.t.Helper()
	named := m.things(l)
	who := m.credentials(as)
	if l.method != http.MethodGet {
		m.foreign(l, as, who, named)
	}
	res := m.send(l, who, named, "Sec-Fetch-Site: same-origin")
	if l.audience != "-" && !may[l.audience+as] {
		m.tellsNothing(l, as, res, m.send(l, m.credentials(as), m.nowhere(), "Sec-Fetch-Site: same-origin"))
	}
	if strings.HasPrefix(res.Location, "/sign-in") {
		return "in"
	}
	return strconv.Itoa(res.Status)
}

// foreign sends what would change something as a page of another site makes a browser send it, and as a program that found a
// cookie: both are refused before anything else is looked at.
func (m *crowd) foreign(l line, as string, who []string, named *things) {
	m.t.Helper()
	if got := m.send(l, who, named, "Sec-Fetch-Site: cross-site"); got.Status != http.StatusForbidden {
		m.t.Errorf("%s %s as %s from another site: status %d, want 403", l.method, l.route, as, got.Status)
	}
	if as == "out" || as == "token" {
		return // nothing that a browser adds by itself
	}
	if got := m.send(l, who, named); got.Status != http.StatusForbidden {
		m.t.Errorf("%s %s as %s without a word on where from: status %d, want 403", l.method, l.route, as, got.Status)
	}
}

// tellsNothing compares the answer about a thing that may not be seen with that about one that does not exist.
func (m *crowd) tellsNothing(l line, as string, hidden, absent apptest.Response) {
	m.t.Helper()
	text := func(r apptest.Response) string {
		main := strings.ReplaceAll(r.Doc(m.t).Find("main").Text(), r.Header.Get("X-Request-Id"), "ID")
		return strings.Join(strings.Fields(main), " ")
	}
	if hidden.Status != absent.Status || text(hidden) != text(absent) {
		m.t.Errorf("%s %s (%s) as %s tells that there is something: %d %q, and %d %q when there is not",
			l.method, l.route, l.audience, as, hidden.Status, text(hidden), absent.Status, text(absent))
	}
	if hidden.Status == http.StatusForbidden {
		m.t.Errorf("%s %s (%s) as %s: status 403 for what may not be seen", l.method, l.route, l.audience, as)
	}
}

// send asks for the route of l with the names filled in.
func (m *crowd) send(l line, who []string, named *things, header ...string) apptest.Response {
	m.t.Helper()
	path := os.Expand(addresses.Replace(l.route), named.get)
	sent, err := url.ParseQuery(l.send)
	if err != nil {
		m.t.Fatal(err)
	}
	for _, values := range sent {
		for i, v := range values {
			values[i] = os.Expand(v, named.get)
		}
	}
	header = append(header, who...)
	if l.method == http.MethodGet {
		return m.Client().Get(path+"?"+sent.Encode(), header...)
	}
	return m.Client().Do(l.method, path, sent.Encode(), append(header, "Content-Type: application/x-www-form-urlencoded")...)
}

// addresses turns the patterns of routes into addresses with names in them.
var addresses = strings.NewReplacer(
	"/threads/:id/amend", "/threads/$decision/amend", "/threads/:id/challenge", "/threads/$decision/challenge", "/threads/:id/review", "/threads/$decision/review",
	"/threads/:id/withdraw", "/threads/$decision/withdraw", "/threads/:id/stance", "/threads/$proposal/stance", "/threads/:id/agree", "/threads/$proposal/agree",
	"/threads/:id", "/threads/$thread", "/replies/:id", "/replies/$reply", "/drafts/:id", "/drafts/$draft",
	"/people/:handle", "/people/zofia-kowalska", "/units/:id", "/units/1", "/settings/knowing/:topic", "/settings/knowing/connectivity", "/endorsements/:id", "/endorsements/1", "/offers/:id", "/offers/999999", "/signals/items/:id", "/signals/items/$item", "/signals/sources/:id", "/signals/sources/$source", "/symptoms/:symptom", "/symptoms/tunnel", "/findings/:id", "/findings/$finding", "/searches/:id", "/searches/999999", "/bets/:id", "/bets/999999", "/insights/maps/:map", "/insights/maps/replies", "/gaps/:id", "/gaps/$gap", "/reflections/:id", "/reflections/$reflection", "/files/:key", "/files/$photo", "/topics/:slug", "/topics/connectivity",
	"/blog/readers/:token", "/blog/readers/none", "/brief/letters/:token", "/brief/letters/none", "/brief/:period", "/brief/2027-04", "/blog/:blog/feed", "/blog/priya-nair/feed", "/blog/:blog/readers", "/blog/priya-nair/readers",
	"/blog/drafts/:id", "/blog/drafts/$written", "/blog/preview/:secret", "/blog/preview/none", "/blog/:blog/series/:series", "/blog/$blog/series/$series",
	"/blog/:blog/:year/:month", "/blog/$blog/$month", "/blog/:blog/:post", "/blog/$blog/$post", "/blog/:blog", "/blog/$blog",
	"/sitemap/:kind/:n.xml", "/sitemap/threads/1.xml", "/site/:statement", "/site/privacy",
	"/networks/:slug", "/networks/$network", "/people/:id/accept", "/people/$asker/accept", "/people/:id/decline", "/people/$asker/decline",
	"/people/:id/", "/people/$joined/", "/links/:id/", "/links/$linked/",
	"/sso/:provider", "/sso/none", "/link/:secret", "/link/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "/devices/:id", "/devices/$device",
	"/accounts/:id", "/accounts/$account", "/events/:id", "/events/$failure", "/:hash/*", "/x/app.css",
)

// things are what the addresses and forms of one cell name. Each is made when it is first named.
type things struct {
	m        *crowd
	audience string
	made     map[string]string
}

// things returns what a cell of l is about: its own things where something is changed, otherwise those that all look at.
func (m *crowd) things(l line) *things {
	if l.method != http.MethodGet {
		return &things{m: m, audience: l.audience, made: map[string]string{}}
	}
	if m.shown[l.audience] == nil {
		m.shown[l.audience] = &things{m: m, audience: l.audience, made: map[string]string{}}
	}
	if blog := m.shown[l.audience].made["blog"]; blog != "" {
		m.own(blog)
	}
	return m.shown[l.audience]
}

// nowhere names a thread, a reply and a network that do not exist.
func (m *crowd) nowhere() *things {
	return &things{m: m, made: map[string]string{
		"thread": "999999999", "second": "999999998", "reply": "999999999", "network": "nowhere", "asker": "999999999", "joined": "999999999", "linked": "999999999", "other": "nowhere",
		"item": "999999999", "source": "999999999",
		"blog": "nowhere", "post": "nowhere", "series": "nowhere", "month": "2027/05", "audience": "hub",
		"decision": "999999999", "proposal": "999999999",
	}}
}

// get returns the name of a thing in addresses and forms.
func (n *things) get(name string) string {
	n.m.t.Helper()
	if n.made[name] == "" {
		n.made[name] = n.make(name)
	}
	return n.made[name]
}

// make makes a thing, the author's where it is somebody's.
func (n *things) make(name string) string {
	m := n.m
	m.t.Helper()
	switch name {
	case "thread", "second": // the second is like the one that a line is about
		m.tx(`UPDATE threads SET pinned_at = NULL`) // at most three are, in one place
		return m.write("/threads", n.form(url.Values{"kind": {"question"}, "title": {title(n.audience)}, "topics": {"Connectivity"}}))
	case "decision", "proposal":
		form := n.form(url.Values{"title": {title(n.audience)}})
		if name == "proposal" {
			form.Set("kind", "proposal")
		}
		return m.write("/decisions", form)
	case "home":
		if n.audience == "network" {
			return strconv.FormatInt(m.circle, 10)
		}
		return ""
	case "network", "asker", "joined", "linked", "other":
		return n.network(name)
	case "reply":
		return m.write("/threads/"+n.get("thread")+"/replies", url.Values{"body": {"There are ten."}})
	case "item", "source":
		return n.source(name)
	case "draft":
		m.write("/drafts", url.Values{"place": {"new"}, "body": {"Half a thought"}})
		return strconv.FormatInt(m.number(`SELECT MAX(id) FROM drafts`), 10)
	case "blog", "post", "written", "series", "month", "audience":
		return n.blog(name)
	case "reflection":
		return m.write("/reflections", url.Values{"kind": {"weeknote"}, "learnt": {"Order salt early."}})
	case "gap": // that was looked for often enough for everybody on the staff to see
		m.serial++
		words := fmt.Sprint("gap", m.serial)
		for range 6 {
			m.tx(`INSERT INTO search_log (at, words, said, hits) VALUES ($1, $2, $2, 0)`, db.Micros(m.Clock.Now()), words)
		}
		m.tx(`INSERT INTO gaps (said, opened_at) VALUES ($1, 1)`, words)
		id := m.number(`SELECT MAX(id) FROM gaps`)
		m.tx(`INSERT INTO gap_words (words, gap_id) VALUES ($1, $2)`, words, id)
		return strconv.FormatInt(id, 10)
	case "device":
		return m.device()
	case "failure":
		return m.failure()
	case "account":
		return strconv.FormatInt(m.number(`SELECT id FROM accounts WHERE email = 'ben.chaffe@tamarshire.example'`), 10)
	case "finding":
		m.serial++
		m.tx(`INSERT INTO symptom_findings (symptom, variant, key, topic_id, least, number, days, since_at, latest_at, state, found_at)
			SELECT 'tunnel', 'topic-quiet', $1, t.id, 0, 9, 0, 1, 1, 'open', 1 FROM topics t WHERE t.slug = 'connectivity'`, fmt.Sprint("thread:", m.serial))
		return strconv.FormatInt(m.number(`SELECT MAX(id) FROM symptom_findings`), 10)
	case "photo":
		return photoIn(m.t, m.DB)
	case "serial":
		m.serial++
		return strconv.Itoa(m.serial)
	}
	m.t.Fatalf("the matrix names $%s", name)
	return ""
}

// form says in a form whom it is for.
func (n *things) form(form url.Values) url.Values {
	audience := n.audience
	switch audience {
	case "org":
		audience = auth.OrgAudience(n.m.number(`SELECT id FROM organisations WHERE home`))
	case "network":
		form.Set("network", strconv.FormatInt(n.m.circle, 10))
		audience = auth.NetworkAudience(n.m.circle)
	}
	form.Set("audience", audience)
	return form
}

// source makes a source of signals, of everyone's or of the circle, and what it told of.
func (n *things) source(name string) string {
	m := n.m
	m.t.Helper()
	m.serial++
	address := fmt.Sprint("https://feed.example/made/", m.serial)
	m.tx(`INSERT INTO signal_sources (url, host, title, kind, created_at) VALUES ($1, 'feed.example', 'A feed', 'press', 1)`, address)
	id := m.number(`SELECT MAX(id) FROM signal_sources`)
	if n.audience == "network" {
		m.tx(`UPDATE signal_sources SET network_id = $1 WHERE id = $2`, m.circle, id)
	}
	m.tx(`INSERT INTO signal_items (source_id, guid, url, url_key, title, title_key, published_at, found_at, state)
		VALUES ($1, '1', $2, $2, 'What the papers say', '', 1, 1, 'new')`, id, address)
	n.made["source"], n.made["item"] = strconv.FormatInt(id, 10), strconv.FormatInt(m.number(`SELECT MAX(id) FROM signal_items`), 10)
	return n.made[name]
}

// blog makes the author's blog that a line is about, and what its addresses name: a post for the same audience, in a series, and
// a draft.
func (n *things) blog(name string) string {
	m := n.m
	m.t.Helper()
	audience := n.audience
	switch audience {
	case "org":
		audience = auth.OrgAudience(m.number(`SELECT id FROM organisations WHERE home`))
	case "network":
		audience = auth.NetworkAudience(m.circle)
	case "-":
		audience = auth.AudienceHub
	}
	n.made["audience"] = audience
	if n.made["blog"] == "" {
		m.serial++
		n.made["blog"] = fmt.Sprint("cupboards-", m.serial)
		m.tx(`INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, created_at, updated_at) VALUES ($1, 'Cupboards', 'unit', $2, 'hub', 1, 1)`, n.made["blog"], 2000000+m.serial)
		m.own(n.made["blog"])
	}
	write := "/blog/" + n.made["blog"] + "/write"
	text := url.Values{"title": {"What is in the cupboards"}, "body": {"Ten tablets."}, "new_series": {"Cupboards"}, "do": {"publish"}}
	switch name {
	case "post", "series", "month":
		m.tx(`UPDATE blogs SET audience = 'hub' WHERE slug = $1`, n.made["blog"])
		n.made["post"], n.made["series"], n.made["month"] = m.write(write, text), "cupboards", "2027/05"
		m.tx(`UPDATE threads SET audience = $1 WHERE id IN (SELECT o.thread_id FROM posts o JOIN blogs b ON b.id = o.blog_id WHERE b.slug = $2)`, audience, n.made["blog"])
	case "written":
		text.Set("do", "save")
		n.made["written"] = m.write(write, text)
	}
	m.tx(`UPDATE blogs SET audience = $1 WHERE slug = $2`, audience, n.made["blog"])
	return n.made[name]
}

// own makes a blog the author's. The one they had goes to others: a person has one.
func (m *crowd) own(blog string) {
	m.t.Helper()
	author := m.number(`SELECT id FROM people WHERE handle = 'zofia-kowalska'`)
	m.tx(`UPDATE blogs SET owner_kind = 'unit', owner_id = 1000000 + id WHERE owner_kind = 'person' AND owner_id = $1`, author)
	m.tx(`UPDATE blogs SET owner_kind = 'person', owner_id = $1 WHERE slug = $2`, author, blog)
}

// network makes the network that a line is about and what its addresses name: somebody who asks to join, an ordinary member, and
// two other networks, of which one asks to become part of it.
func (n *things) network(name string) string {
	m := n.m
	m.t.Helper()
	m.serial++
	slug := fmt.Sprintf("%s-%d", n.audience, m.serial)
	id, other := m.network(slug, n.audience, "peter-wakeham"), m.network("other-"+slug, "open")
	m.tx(`INSERT INTO network_members (network_id, person_id, state, created_at, updated_at) SELECT CAST($1 AS BIGINT), p.id, 'requested', 1, 1 FROM people p WHERE p.handle = 'sara-lindqvist'`, id)
	m.tx(`INSERT INTO network_links (parent_id, child_id, state, created_at) VALUES ($1, $2, 'requested', 1)`, id, other)
	further := m.network("further-"+slug, "open")
	n.made["network"], n.made["other"] = slug, "further-"+slug
	n.made["linked"] = strconv.FormatInt(other, 10)
	n.made["asker"] = strconv.FormatInt(m.number(`SELECT id FROM people WHERE handle = 'sara-lindqvist'`), 10)
	n.made["joined"] = strconv.FormatInt(m.number(`SELECT id FROM people WHERE handle = 'peter-wakeham'`), 10)
	m.tx(`UPDATE network_members SET role = '' WHERE network_id IN ($1, $2)`, other, further)
	return n.made[name]
}

// network makes a network with the netmember and the steward in it, and others besides, and returns its id.
func (m *crowd) network(slug, access string, others ...string) int64 {
	m.t.Helper()
	audience := map[string]string{"open": auth.AudiencePublic, "closed": auth.AudienceHub, "private": "network:0"}[access]
	m.tx(`INSERT INTO networks (slug, name, purpose, access, audience, created_at, updated_at) VALUES ($1, $1, 'Who lends what.', $2, $3, 1, 1)`, slug, access, audience)
	id := m.number(`SELECT id FROM networks WHERE slug = $1`, slug)
	if access == "private" {
		m.tx(`UPDATE networks SET audience = $1 WHERE id = $2`, auth.NetworkAudience(id), id)
	}
	for _, handle := range append(others, "dawn-pascoe", "tom-hocking") {
		role := map[string]string{"tom-hocking": "steward"}[handle]
		m.tx(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) SELECT CAST($1 AS BIGINT), p.id, 'member', $2, 1, 1 FROM people p WHERE p.handle = $3`, id, role, handle)
	}
	return id
}

// tx changes something behind the hub's back.
func (m *crowd) tx(statement string, args ...any) {
	m.t.Helper()
	err := m.DB.Tx(m.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(m.t.Context(), statement, args...)
		return err
	})
	if err != nil {
		m.t.Fatalf("%s: %v", statement, err)
	}
}

// title is what the author's thread for an audience is called.
func title(audience string) string { return "Where are the tablets of the " + audience + " cupboard?" }

// write posts a form as the author and returns the last part of where it leads to: the id of what was written.
func (m *crowd) write(path string, form url.Values) string {
	m.t.Helper()
	res := m.Client().Post(path, form, m.author)
	if res.Status != http.StatusSeeOther {
		m.t.Fatalf("POST %s: status %d\n%s", path, res.Status, res.Body)
	}
	return res.Location[strings.LastIndexByte(res.Location, '/')+1:]
}

// device returns the key of a device of the author's, as the settings name it.
func (m *crowd) device() string {
	m.t.Helper()
	settings := m.Client().Get("/settings", m.session(visitors["author"])).Doc(m.t)
	action, _ := settings.Find(`form[action^="/settings/devices/"][action$="/end"]:not([action="/settings/devices/end"])`).Attr("action")
	return strings.TrimSuffix(strings.TrimPrefix(action, "/settings/devices/"), "/end")
}

// failure makes an event that a consumer could not handle, and returns the id of its delivery.
func (m *crowd) failure() string {
	m.t.Helper()
	err := m.DB.Tx(m.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(m.t.Context(), `
			INSERT INTO outbox (consumer, event_id, run_at, attempts, last_error, failed_at)
			SELECT (SELECT MAX(name) FROM consumers), MAX(id), 0, 10, 'made to fail', 1
			FROM events`)
		return err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	return strconv.FormatInt(m.number(`SELECT MAX(id) FROM outbox WHERE failed_at IS NOT NULL`), 10)
}
