"""What a plan says about itself: tables, drawings, comparisons, gates. It reads plans only."""
