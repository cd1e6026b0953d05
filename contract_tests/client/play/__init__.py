"""What is played, and how one case is played.

`steps` is the catalogue of what the gateway may do with a send. `cases` combines messages with a program of steps;
`messages` and `case_sets` generate them. `stand_in` runs the gateway, `playing` plays a case, and `evidence` records
what happened. `shrinking` finds the smallest case, `transcript` prints a played one.
"""
