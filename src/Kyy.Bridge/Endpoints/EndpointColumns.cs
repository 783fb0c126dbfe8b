using Kyy.Bridge.Persistence;
using Kyy.Bridge.Secrets;
using Microsoft.AspNetCore.DataProtection;

namespace Kyy.Bridge.Endpoints;

/// <summary>The endpoints' signing secrets.</summary>
internal sealed class EndpointSecretColumn(IDataProtectionProvider protection) : IReprotectable
{
    public string Table => "endpoint_secrets";

    public string Column => "ciphertext";

    public IReadOnlyList<string> Of { get; } = ["(select e.client_id from bridge.endpoints e where e.id = t.endpoint_id)", "t.id"];

    public IDataProtector Protector(IReadOnlyList<string> of) =>
        protection.CreateProtector("Kyy.Bridge.EndpointSecrets", TypeId.Format(TypeId.Client, Guid.Parse(of[0])), of[1]);
}

/// <summary>The endpoints' extra headers.</summary>
internal sealed class EndpointHeaderColumn(IDataProtectionProvider protection) : IReprotectable
{
    public string Table => "endpoints";

    public string Column => "headers";

    public IReadOnlyList<string> Of { get; } = ["t.client_id", "t.id"];

    public IDataProtector Protector(IReadOnlyList<string> of) =>
        protection.CreateProtector("Kyy.Bridge.EndpointHeaders", TypeId.Format(TypeId.Client, Guid.Parse(of[0])), of[1]);
}
