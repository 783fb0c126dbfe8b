using Microsoft.AspNetCore.DataProtection;

namespace Kyy.Bridge.Secrets;

/// <summary>A column that is encrypted by the key ring, described by whoever encrypts it: a rotation re-encrypts each of its rows.</summary>
internal interface IReprotectable
{
    /// <summary>The table, in the schema <c>bridge</c>.</summary>
    string Table { get; }

    /// <summary>The column, of type <c>bytea</c>.</summary>
    string Column { get; }

    /// <summary>What of a row its protector is made of, as expressions of SQL over the table's row <c>t</c>; each is read as text.</summary>
    IReadOnlyList<string> Of { get; }

    /// <summary>The protector of the row of which these are the values.</summary>
    IDataProtector Protector(IReadOnlyList<string> of);
}
