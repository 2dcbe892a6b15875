import PrompterCore

/// A filter as a part of a statement, which binds it to the parameters 1 to 5.
enum FilterClause {
    static let sql = """
        org = coalesce(?1, org) AND workspace = coalesce(?2, workspace) AND template = coalesce(?3, template)
            AND bindings.provider = coalesce(?4, bindings.provider) AND bindings.model = coalesce(?5, bindings.model)
        """

    static func bind(_ filter: WatchFilter, to statement: PreparedStatement) {
        let texts = [filter.org, filter.workspace, filter.template, filter.provider, filter.model]
        for (index, text) in texts.enumerated() { statement.bind(text, at: CInt(index + 1)) }
    }
}
