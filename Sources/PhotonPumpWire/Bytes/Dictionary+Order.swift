extension Dictionary where Key: Comparable {
    /// The elements in an order that is the same in every run, unlike the dictionary's own.
    package var inOrder: [Element] { self.sorted { $0.key < $1.key } }
}
