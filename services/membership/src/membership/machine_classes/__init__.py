"""Classes of machines that need a qualification, and who trains for each."""
