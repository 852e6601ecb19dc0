package briefs

import "watercooler/auth"

// staffForTest is somebody of the organisation.
var staffForTest = auth.ForPerson(1, 1, 1, true, 0)
