@testable import PhotonPump

extension Step {
    var result: Result<Output, PhotonPumpError> {
        switch self {
        case .finish(let output): .success(output)
        case .fail(let error): .failure(error)
        case .retry: .failure(PhotonPumpError(.notHandled, "retry"))
        case .redirect(_, let error): .failure(error)
        }
    }

    var error: PhotonPumpError? {
        if case .fail(let error) = self { error } else { nil }
    }
}
