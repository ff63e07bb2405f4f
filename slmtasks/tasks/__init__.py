"""One file, one public function each; none of them knows another."""
